# godwit_module(NAME [LINKS targets...] [TEST_LINKS targets...])
#
# One folder of src/ = one static library godwit_NAME made of its *.cpp, and one test program
# NAME_test made of its *_test.cpp. What a module links is all that it may include.
function(godwit_module name)
  cmake_parse_arguments(arg "" "" "LINKS;TEST_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/pages/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main_[^/]*\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(godwit_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(godwit_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(godwit_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(godwit_${name} ${scope} godwit_options ${arg_LINKS})
  if(GODWIT_TESTS AND tests)
    godwit_test(${name}_test SOURCES ${tests} LINKS godwit_${name} ${arg_TEST_LINKS})
  endif()
endfunction()

# A test's own code is compiled without optimization: it runs once, and compiling it optimized with
# sanitizers takes two to three times as long. What it tests keeps the preset's flags.
set(godwit_quick_to_compile $<$<CONFIG:Debug>:-O0>)

# godwit_test(NAME SOURCES files... LINKS targets...): a GoogleTest program, one CTest entry.
function(godwit_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} godwit_options GTest::gtest GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${godwit_quick_to_compile})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE GODWIT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
