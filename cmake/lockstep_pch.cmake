# What nearly every source reads, parsed once: a fifth of the time of a build. Sources and headers
# include what they use all the same: header_test compiles every header without this, and the preset
# `gcc` every source.
option(LOCKSTEP_PCH "Precompile the standard library, Asio's coroutines and GoogleTest" ON)

set(lockstep_pch_std
  <algorithm> <array> <charconv> <chrono> <cstdint> <deque> <expected> <functional> <map> <memory>
  <optional> <set> <span> <string> <string_view> <tuple> <utility> <variant> <vector>)
set(lockstep_pch_asio
  <boost/asio/any_io_executor.hpp> <boost/asio/associated_cancellation_slot.hpp>
  <boost/asio/async_result.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/use_awaitable.hpp> <boost/intrusive/list.hpp>)
set(lockstep_pch_gtest <gtest/gtest.h>)

# Headers and what has to be linked for them, by the name of the target.
function(lockstep_add_pch target libraries)
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/generated/pch.cpp)
  target_link_libraries(${target} PRIVATE lockstep_options ${libraries})
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

if(LOCKSTEP_PCH)
  set(CMAKE_PCH_WARN_INVALID OFF)  # GCC reads the headers itself where a target's macros differ
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/pch.cpp CONTENT "")
  lockstep_add_pch(lockstep_pch "" ${lockstep_pch_std})
  lockstep_add_pch(lockstep_pch_asio lockstep_asio ${lockstep_pch_std} ${lockstep_pch_asio})
  lockstep_add_pch(lockstep_pch_gtest GTest::gtest ${lockstep_pch_std} ${lockstep_pch_gtest})
  lockstep_add_pch(lockstep_pch_asio_gtest "lockstep_asio;GTest::gtest"
    ${lockstep_pch_std} ${lockstep_pch_asio} ${lockstep_pch_gtest})
endif()

# All that `target` links, itself included, into the list `out`.
function(lockstep_reached_from target out)
  set(reached)
  set(waiting ${target})
  while(waiting)
    list(POP_FRONT waiting next)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" next "${next}")
    if(NOT TARGET ${next})
      continue()
    endif()
    get_target_property(real ${next} ALIASED_TARGET)
    if(real)
      set(next ${real})
    endif()
    if(next IN_LIST reached)
      continue()
    endif()
    list(APPEND reached ${next})
    foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
      get_target_property(libraries ${next} ${property})
      if(libraries)
        list(APPEND waiting ${libraries})
      endif()
    endforeach()
  endwhile()
  set(${out} ${reached} PARENT_SCOPE)
endfunction()

# Once all targets are there: gives each the largest of these that it links everything for.
function(lockstep_use_pch)
  if(NOT LOCKSTEP_PCH)
    return()
  endif()
  get_property(targets GLOBAL PROPERTY LOCKSTEP_PCH_USERS)
  foreach(target IN LISTS targets)
    lockstep_reached_from(${target} reached)
    set(pch lockstep_pch)
    if(lockstep_asio IN_LIST reached)
      string(APPEND pch _asio)
    endif()
    if(GTest::gtest IN_LIST reached)
      string(APPEND pch _gtest)
    endif()
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endforeach()
endfunction()
