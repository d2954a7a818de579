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
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(gnomon_options INTERFACE -Wthread-safety)
endif()
if(GNOMON_SANITIZE)
  add_compile_options(-fsanitize=${GNOMON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GNOMON_SANITIZE})
else()
  target_compile_definitions(gnomon_options INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
endif()
target_link_options(gnomon_options INTERFACE -Wl,-z,relro,-z,now)
