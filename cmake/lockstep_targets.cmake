# lockstep_library(NAME SOURCES a.cpp ... [DEPS targets...] [PRIVATE_DEPS targets...])
#   The static library lockstep_NAME (alias lockstep::NAME) of one folder. DEPS are what its headers
#   may include; PRIVATE_DEPS are seen by its sources only. Nothing else is on its link line.
function(lockstep_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(arg_SOURCES)
    add_library(lockstep_${name} STATIC ${arg_SOURCES})
    target_link_libraries(lockstep_${name} PUBLIC lockstep_options ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
    set_property(GLOBAL APPEND PROPERTY LOCKSTEP_PCH_USERS lockstep_${name})
  else()
    add_library(lockstep_${name} INTERFACE)
    target_link_libraries(lockstep_${name} INTERFACE lockstep_options ${arg_DEPS})
  endif()
  add_library(lockstep::${name} ALIAS lockstep_${name})
endfunction()

# lockstep_test(NAME SOURCES a_test.cpp ... DEPS targets... [LABELS ...] [TIMEOUT s] [WHOLE])
#   A GoogleTest binary; every TEST is a ctest case. WHOLE registers the binary as one case.
#   TIMEOUT is per case in a plain build, 120 s if not given.
function(lockstep_test name)
  cmake_parse_arguments(arg "WHOLE" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(LOCKSTEP_SANITIZE)  # unoptimised and checked: 3 to 10 times slower
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 4")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} lockstep_options GTest::gtest GTest::gtest_main)
  set_property(GLOBAL APPEND PROPERTY LOCKSTEP_PCH_USERS ${name})
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
    if(arg_LABELS)
      set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
    endif()
  elseif(arg_LABELS)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      TEST_PREFIX ${name}.
      PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      TEST_PREFIX ${name}.
      PROPERTIES TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()
