# SLUICE_SANITIZE=address,undefined: applied to all targets of the build, since a part without it hides faults.
# SPDX-License-Identifier: MIT OR Apache-2.0
include_guard(GLOBAL)
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
