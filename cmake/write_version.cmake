# Writes OUTPUT from version.cpp.in, and touches it only when its content changes. A script:
#   cmake -DSOURCE_DIR=... -DLOCKSTEP_VERSION=... -DOUTPUT=... -P write_version.cmake
# Only tracked files count as changes; a checkout that merely contains SOURCE_DIR is not its own.
set(LOCKSTEP_COMMIT unknown)
find_program(GIT_PROGRAM git)
if(GIT_PROGRAM)
  # The build may run as another user than the owner of the checkout (CI mounts do that).
  set(git ${GIT_PROGRAM} -c safe.directory=* -C ${SOURCE_DIR} --no-optional-locks)
  execute_process(COMMAND ${git} rev-parse --show-toplevel HEAD
    OUTPUT_VARIABLE answer ERROR_QUIET RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed AND answer MATCHES "^(.*)\n([0-9a-f]+)$")
    set(hash ${CMAKE_MATCH_2})
    file(REAL_PATH ${CMAKE_MATCH_1} top)
    file(REAL_PATH ${SOURCE_DIR} source)
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no
      OUTPUT_VARIABLE changes ERROR_QUIET RESULT_VARIABLE failed)
    if(top STREQUAL source AND NOT failed)
      set(LOCKSTEP_COMMIT ${hash})
      if(changes)
        string(APPEND LOCKSTEP_COMMIT -dirty)
      endif()
    endif()
  endif()
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.cpp.in ${OUTPUT} @ONLY)
