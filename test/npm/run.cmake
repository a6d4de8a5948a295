# cmake -DNODE=… -DTEST=… -P run.cmake: runs TEST.test.mjs where the packages are installed.
if(NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/node_modules)
  message("skipped: run npm ci in test/npm first")
  return()
endif()
execute_process(COMMAND ${NODE} --test ${CMAKE_CURRENT_LIST_DIR}/${TEST}.test.mjs
  RESULT_VARIABLE exit_code)
if(NOT exit_code EQUAL 0)
  message(FATAL_ERROR "${TEST} failed")
endif()
