# Files that are built into the program, so that they stay files that people can open and change.
#
# vigie_embed(OUT TYPE files...) has OUT written at build time: C++ to be included, in which
# kEmbedded is an array of TYPE {name, content}, one for each file, sorted by name: the name of the
# file without its extension. The content lives as long as the program.
function(vigie_embed out type)
  set(script ${PROJECT_SOURCE_DIR}/engine/base/embed.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DTYPE=${type} "-DFILES=${ARGN}" -P ${script}
    DEPENDS ${ARGN} ${script}
    VERBATIM)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

set(names)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WLE)
  list(APPEND names "${name}")
  set(file_of_${name} "${file}")
endforeach()
list(SORT names)

set(arrays)
set(rows)
set(count 0)
string(REPEAT "." 98 line)  # 14 bytes
foreach(name IN LISTS names)
  file(READ "${file_of_${name}}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "constexpr char kBytes${count}[] = {\n${bytes}'\\0'};\n")
  string(APPEND rows "    {\"${name}\", {kBytes${count}, sizeof kBytes${count} - 1}},\n")
  math(EXPR count "${count} + 1")
endforeach()
if(count GREATER 0)
  set(rows "{\n${rows}}")
endif()
file(WRITE "${OUT}" "${arrays}constexpr std::array<${TYPE}, ${count}> kEmbedded{${rows}};\n")
