# Every header compiles alone, twice included: target header_test makes a source file of each, with
# nothing before it. Not part of `all`: the ctest case builds it, and a header that leans on its
# includer fails there with its name. header_test_planted is a header that must fail.
set(patterns)
foreach(folder IN ITEMS bench checkers cli examples faults impl reports rig scenarios sim)
  list(APPEND patterns ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
endforeach()
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${patterns})

function(lockstep_header_check target)
  set(sources)
  foreach(header IN LISTS ARGN)
    set(source ${PROJECT_BINARY_DIR}/generated/${target}/${header}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"@header@\"\n#include \"@header@\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()
  add_library(${target} OBJECT EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated)
  # include paths and definitions of everything a header may name; nothing is optimised or linked
  target_link_libraries(${target} PRIVATE lockstep_options lockstep_asio lockstep_lua51
    PkgConfig::hiredis PkgConfig::rocksdb GTest::gtest)
  target_compile_options(${target} PRIVATE -O0 -g0)
  add_test(NAME ${target}
    COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target ${target} -- -k 0)
  # two builds in one folder would race, and these take every core
  include(ProcessorCount)
  ProcessorCount(cores)
  set_tests_properties(${target} PROPERTIES RESOURCE_LOCK build_folder PROCESSORS ${cores} TIMEOUT 900)
endfunction()

lockstep_header_check(header_test ${headers})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/planted/leans.hpp
  CONTENT "#pragma once\nstd::string leans_on_its_includer();\n")
lockstep_header_check(header_test_planted planted/leans.hpp)
set_tests_properties(header_test_planted PROPERTIES
  PASS_REGULAR_EXPRESSION "planted/leans.hpp:2.*error.*std")
