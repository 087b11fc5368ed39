# lockstep::version implements impl/base/version.hpp; the commit is asked for at every build.
set(version_source ${PROJECT_BINARY_DIR}/generated/version.cpp)
add_custom_target(lockstep_version_source
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DLOCKSTEP_VERSION=${PROJECT_VERSION}
    -DOUTPUT=${version_source} -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${version_source}
  COMMENT "Asking git for the commit")
lockstep_library(version SOURCES ${version_source})
add_dependencies(lockstep_version lockstep_version_source)
