# Libraries, all from Debian 12 packages. The heavy headers of Asio and Beast are compiled once, in src/thirdparty.
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Threads REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
add_library(tomlplusplus INTERFACE)
target_include_directories(tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})
# Header-only: compiled into what includes it, so there is nothing to link.
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
add_library(xxhash INTERFACE)
target_include_directories(xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE_DIR})
target_compile_definitions(xxhash INTERFACE XXH_INLINE_ALL)

add_library(notifyd_asio STATIC src/thirdparty/boost_asio.cpp)
target_compile_definitions(notifyd_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(notifyd_asio PUBLIC Boost::headers OpenSSL::SSL Threads::Threads)

add_library(notifyd_beast STATIC src/thirdparty/boost_beast.cpp)
target_compile_definitions(notifyd_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
# Headers that replace Beast's; each states its reason.
target_include_directories(notifyd_beast BEFORE PUBLIC src/thirdparty/fixes)
target_link_libraries(notifyd_beast PUBLIC notifyd_asio)
