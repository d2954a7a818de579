# SPDX-License-Identifier: GPL-3.0-or-later
# Language level, warnings and sanitizers, carried by the interface target gnomon_options.
include_guard(GLOBAL)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

add_library(gnomon_options INTERFACE)
target_include_directories(gnomon_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(gnomon_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wconversion -Wundef
  -Werror=switch -fstack-protector-strong)
if(GNOMON_WERROR)
  target_compile_options(gnomon_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # at -O3, GCC 12 sees both in the standard library's own string and optional
    target_compile_options(gnomon_options INTERFACE
      $<$<CONFIG:Release>:-Wno-error=restrict> $<$<CONFIG:Release>:-Wno-error=maybe-uninitialized>)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(gnomon_options INTERFACE -Wthread-safety)
endif()
if(GNOMON_SANITIZE)
  add_compile_options(-fsanitize=${GNOMON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GNOMON_SANITIZE})
  add_compile_definitions(GNOMON_SANITIZED)
  if(GNOMON_SANITIZE MATCHES thread)
    add_compile_options("SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/sanitize_thread.h")
  endif()
  if(GNOMON_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
  endif()
else()
  target_compile_definitions(gnomon_options INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
endif()
target_link_options(gnomon_options INTERFACE -Wl,-z,relro,-z,now)

# What is shipped does not tell where it was built: __FILE__ starts at the repository, however the compiler was given
# the path (ccache makes it relative to the build tree).
file(RELATIVE_PATH gnomon_up ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
foreach(prefix ${CMAKE_BINARY_DIR}/ ${PROJECT_SOURCE_DIR}/ ${gnomon_up}) # the last one that matches counts
  add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${prefix}=>)
endforeach()
