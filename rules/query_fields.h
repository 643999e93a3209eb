// The fields of the language (`author:x`), their names and those that other tools give them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "rules/query.h"

namespace vigie::rules {

// How a field changes what is written behind it.
enum class FieldUse : std::uint8_t {
  scope,       // a term that is looked for in `scope`
  accents,     // a term whose accents count
  no_hashtag,  // a term outside of hashtags
  raw,         // a text, byte for byte
  sigil,       // a term behind `sigil`
  attribute,   // one value, made by attribute_of()
  media,       // owned, paid, earned or shared
  list,        // the terms of a list
  group,       // the authors of a group
  reposts_of,  // is:repost to:x
  any_url,     // url:x OR links:x
};

struct QueryField {
  std::string_view name;
  FieldUse use = FieldUse::attribute;
  Attribute::Kind attribute = Attribute::Kind::platform;
  Attribute::Number number = Attribute::Number::followers;
  Scope scope = Scope::anywhere;
  Sigil sigil = Sigil::none;
  bool at_least = false;  // a number that stands alone is the least
};

// Null when there is no such field.
[[nodiscard]] const QueryField* find_field(std::string_view name);

// "unknown field 'autor'; did you mean 'author'?"
[[nodiscard]] std::string unknown_field(std::string_view name);

// The value of an attribute field. Errors: config, what to write instead.
[[nodiscard]] Result<Attribute> attribute_of(const QueryField& field, std::string_view value);

// Hashtags by which people say that they are paid.
[[nodiscard]] std::span<const std::string_view> ad_markers();

// The host of an address as it is written, without "www."; and what follows it.
struct Address {
  std::string_view host;
  std::string_view path;
};
[[nodiscard]] Address address_of(std::string_view url);

// Whether ASCII letters apart the text holds the part. REQUIRES: `part` is lower case.
[[nodiscard]] bool contains_lower(std::string_view text, std::string_view part);

}  // namespace vigie::rules
