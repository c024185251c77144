# Included before src/: what test programs of modules link.
add_library(godwit_test_run STATIC ${CMAKE_SOURCE_DIR}/tests/run.cpp)
target_include_directories(godwit_test_run PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(godwit_test_run PUBLIC godwit_options godwit_net)

# The stores' conformance suite: a store's test program instantiates it.
add_library(godwit_store_suite STATIC ${CMAKE_SOURCE_DIR}/tests/conformance/store_suite.cpp)
target_link_libraries(godwit_store_suite PUBLIC godwit_test_run godwit_store GTest::gtest)
