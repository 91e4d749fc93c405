# notifyd_module: a folder of src/ as a library (an interface library if it only has headers).
function(notifyd_module name)
    cmake_parse_arguments(module "" "" "USES;PUBLIC;PRIVATE" ${ARGN})
    set(target notifyd_module_${name})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    list(TRANSFORM module_USES PREPEND notifyd_module_)
    if(sources)
        add_library(${target} STATIC ${sources})
        target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                             PRIVATE ${PROJECT_SOURCE_DIR}/src/${name})
        target_link_libraries(${target} PUBLIC ${module_USES} ${module_PUBLIC}
                                        PRIVATE notifyd_options ${module_PRIVATE})
    else()
        add_library(${target} INTERFACE)
        target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR}/include)
        target_link_libraries(${target} INTERFACE ${module_USES} ${module_PUBLIC} ${module_PRIVATE})
    endif()
endfunction()

# notifyd_embed: files as C++ string constants, so that the binary needs no other files.
#   notifyd_embed(TARGET name NAMESPACE ns FILES a.sql b.sql)
# generates the HEADER with the files' contents; see cmake/embed.cmake.
function(notifyd_embed target)
    cmake_parse_arguments(embed "" "HEADER;NAMESPACE" "FILES" ${ARGN})
    set(output ${PROJECT_BINARY_DIR}/embedded/${target})
    set(generated ${output}/${embed_HEADER})
    add_custom_command(OUTPUT ${generated}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${generated} -DNAMESPACE=${embed_NAMESPACE}
                "-DFILES=${embed_FILES}" -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${embed_FILES} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
        VERBATIM)
    add_custom_target(${target}_generate DEPENDS ${generated})
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_generate)
    target_include_directories(${target} INTERFACE ${output})
endfunction()

file(GLOB migration_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
notifyd_embed(notifyd_migrations HEADER embedded_migrations.hpp NAMESPACE notifyd::embedded FILES ${migration_files})
file(GLOB try_page_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/gateway/try_page/*)
notifyd_embed(notifyd_try_page HEADER embedded_try_page.hpp NAMESPACE notifyd::embedded FILES ${try_page_files})
