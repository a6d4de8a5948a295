# cmake -DPROGRAM=... -DEXPECTED=... -P check_output.cmake: runs PROGRAM; fails unless it exits with
# 0 and prints what the regular expression in the file EXPECTED matches.
execute_process(COMMAND ${PROGRAM}
  OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE exit_code TIMEOUT 60)
if(NOT exit_code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${exit_code}\n${errors}")
endif()
file(READ ${EXPECTED} expected)
if(NOT output MATCHES "^${expected}$")
  message(FATAL_ERROR "${PROGRAM} printed\n${output}where expected was\n${expected}")
endif()
