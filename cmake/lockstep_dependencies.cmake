# What comes from the system, each wrapped as an imported target. scripts/setup installs them.
include(GoogleTest)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(rocksdb REQUIRED IMPORTED_TARGET rocksdb)

find_library(LUA51_CXX_LIBRARY NAMES lua5.1-c++ REQUIRED)
find_path(LUA51_INCLUDE_DIR lua.h PATH_SUFFIXES lua5.1 REQUIRED)
add_library(lockstep_lua51 INTERFACE)
target_include_directories(lockstep_lua51 SYSTEM INTERFACE ${LUA51_INCLUDE_DIR})
target_link_libraries(lockstep_lua51 INTERFACE ${LUA51_CXX_LIBRARY})

find_library(RAPIDCHECK_LIBRARY NAMES rapidcheck REQUIRED)
add_library(lockstep_rapidcheck INTERFACE)
target_link_libraries(lockstep_rapidcheck INTERFACE ${RAPIDCHECK_LIBRARY})

# Asio, compiled once (BOOST_ASIO_SEPARATE_COMPILATION) instead of in every file.
add_library(lockstep_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio.cpp)
target_link_libraries(lockstep_asio PUBLIC Boost::headers Threads::Threads PRIVATE lockstep_options)

# An allocator for the programs, where half of the time goes into small objects. Not for libraries,
# whose users choose, nor beside the sanitizers, which bring their own.
find_library(TCMALLOC_LIBRARY NAMES tcmalloc_minimal REQUIRED)
add_library(lockstep_allocator INTERFACE)
if(NOT LOCKSTEP_SANITIZE)
  target_link_libraries(lockstep_allocator INTERFACE -Wl,--no-as-needed ${TCMALLOC_LIBRARY} -Wl,--as-needed)
endif()

# Names for the stacks that Boost.Stacktrace takes: GCC's libbacktrace also knows functions that no
# other object can see. It lies beside the compiler's own libraries, which Clang uses too.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libbacktrace.a
  OUTPUT_VARIABLE LIBBACKTRACE OUTPUT_STRIP_TRAILING_WHITESPACE)
cmake_path(GET LIBBACKTRACE PARENT_PATH backtrace_folder)
set(backtrace_header ${backtrace_folder}/include/backtrace.h)
if(NOT EXISTS ${LIBBACKTRACE} OR NOT EXISTS ${backtrace_header})
  message(FATAL_ERROR "libbacktrace is missing (libgcc-12-dev); run scripts/setup")
endif()
add_library(lockstep_stacktrace INTERFACE)
target_compile_definitions(lockstep_stacktrace INTERFACE BOOST_STACKTRACE_USE_BACKTRACE
  "BOOST_STACKTRACE_BACKTRACE_INCLUDE_FILE=<${backtrace_header}>")
target_link_libraries(lockstep_stacktrace INTERFACE ${LIBBACKTRACE})
