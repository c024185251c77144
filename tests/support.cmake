# Included before src/: what test programs of modules link.
add_library(godwit_test_run STATIC ${CMAKE_SOURCE_DIR}/tests/run.cpp)
target_include_directories(godwit_test_run PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(godwit_test_run PUBLIC godwit_options godwit_net)

# An issuer of tokens, over HTTPS.
add_library(godwit_token_issuer STATIC ${CMAKE_SOURCE_DIR}/tests/token_issuer.cpp)
target_include_directories(godwit_token_issuer PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(godwit_token_issuer PUBLIC godwit_http godwit_test_key godwit_test_run)

# The stores' conformance suite: a store's test program instantiates it. Objects, since a linker
# leaves out members of an archive that nothing names.
add_library(godwit_store_suite OBJECT ${CMAKE_SOURCE_DIR}/tests/conformance/store_suite.cpp)
target_link_libraries(godwit_store_suite PUBLIC godwit_test_run godwit_store GTest::gtest)

# A disk that forgets what was not synced, for SQLite and for files.
file(GLOB godwit_fault_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/faults/*.cpp)
list(FILTER godwit_fault_sources EXCLUDE REGEX "_test\\.cpp$")
add_library(godwit_fault_vfs STATIC ${godwit_fault_sources})
target_include_directories(godwit_fault_vfs PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(godwit_fault_vfs PUBLIC godwit_options godwit_base SQLite::SQLite3)
godwit_test(faults_test SOURCES ${CMAKE_SOURCE_DIR}/tests/faults/fault_disk_test.cpp
  LINKS godwit_fault_vfs godwit_sqlite godwit_test_run)
