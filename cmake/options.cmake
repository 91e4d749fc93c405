# Compiler settings for every target: C++20, warnings as errors, hardening, optional sanitizers.
option(NOTIFYD_TESTS "Build the tests" ON)
option(NOTIFYD_BENCH "Build the load generator" ON)
option(NOTIFYD_FUZZ "Build the fuzzers of tests/fuzz (clang)" OFF)
set(NOTIFYD_SANITIZE "" CACHE STRING "Value for -fsanitize, such as address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    # Paths below the source folder count as relative, so that clones share the cache.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

add_library(notifyd_options INTERFACE)
target_compile_options(notifyd_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<CXX_COMPILER_ID:GNU>:-Werror>
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_link_options(notifyd_options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    # Debian's start files are compatible with CET but not marked so; our code is compatible through -fcf-protection.
    target_link_options(notifyd_options INTERFACE -Wl,-z,ibt,-z,shstk)
endif()

if(NOTIFYD_SANITIZE)
    add_compile_options(-fsanitize=${NOTIFYD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${NOTIFYD_SANITIZE})
    if(NOTIFYD_SANITIZE MATCHES thread)
        add_compile_options(-Wno-tsan)  # Asio has a fence that ThreadSanitizer ignores; we do not rely on it
    endif()
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(notifyd_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
else()
    target_compile_definitions(notifyd_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
