# SPDX-License-Identifier: GPL-3.0-or-later
# Tests state their files, so that tests/arch can prove that every file under tests/ belongs to a target.
include_guard(GLOBAL)

# gnomon_test(NAME SOURCES ... LINK ... [QT] [TIMEOUT s] [LABELS ...] [ENVIRONMENT ...])
# Without QT: a GoogleTest program. With QT: a Qt Test program on the offscreen platform.
function(gnomon_test name)
  cmake_parse_arguments(A "QT" "TIMEOUT" "SOURCES;LINK;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT (GNOMON_BUILD_NODE AND GNOMON_BUILD_CONSOLE)) # then a test whose parts are not built is left out
    foreach(part IN LISTS A_LINK)
      if(part MATCHES "^gnomon_" AND NOT TARGET ${part})
        return()
      endif()
    endforeach()
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  if(GNOMON_SANITIZE) # everything takes several times as long
    math(EXPR A_TIMEOUT "${A_TIMEOUT} * 4")
  endif()
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  if(A_QT)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS)
    target_link_libraries(${name} PRIVATE gnomon_options ${A_LINK} Qt6::Test)
    list(APPEND A_ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
  else()
    target_link_libraries(${name} PRIVATE gnomon_options ${A_LINK} GTest::gtest_main)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  list(APPEND A_ENVIRONMENT "GNOMON_BIN=${CMAKE_BINARY_DIR}/bin" "GNOMON_SOURCE=${PROJECT_SOURCE_DIR}"
    "ORT_DISABLE_TELEMETRY=1")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}" ENVIRONMENT "${A_ENVIRONMENT}")
  if("load" IN_LIST A_LABELS) # wants the machine to itself
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# Adds every direct subfolder that has a CMakeLists.txt.
function(gnomon_add_subfolders)
  file(GLOB lists CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(list IN LISTS lists)
    get_filename_component(folder ${list} DIRECTORY)
    add_subdirectory(${folder})
  endforeach()
endfunction()
