# Included before src/: what test programs of modules link.
add_library(godwit_test_run STATIC ${CMAKE_SOURCE_DIR}/tests/run.cpp)
target_include_directories(godwit_test_run PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(godwit_test_run PUBLIC godwit_options godwit_net)
