#include "engine/analysis/state_meta.h"

#include <cstring>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kSeedBytes = 2 * sizeof(std::uint64_t);

std::string seed_bytes(const KeySeed& seed) {
  std::string bytes(kSeedBytes, '\0');
  std::memcpy(bytes.data(), &seed.first, sizeof seed.first);
  std::memcpy(bytes.data() + sizeof seed.first, &seed.second, sizeof seed.second);
  return bytes;
}

KeySeed seed_of(const std::string& bytes) {
  KeySeed seed;
  std::memcpy(&seed.first, bytes.data(), sizeof seed.first);
  std::memcpy(&seed.second, bytes.data() + sizeof seed.first, sizeof seed.second);
  return seed;
}

}  // namespace

StateRecord save_meta(const StateMeta& meta) {
  pb::Meta out;
  out.set_version(meta.version);
  out.set_written_by(meta.written_by);
  out.set_key_seed(seed_bytes(meta.key_seed));
  out.set_plain_names(meta.plain_names);
  for (const StateMeta::Partition& partition : meta.partitions) {
    pb::Meta::Partition* one = out.add_partition();
    one->set_id(partition.id);
    one->set_topic(partition.name.topic);
    one->set_number(partition.name.number);
    one->set_incarnation(partition.incarnation);
  }
  return {std::string(kMetaKey), out.SerializeAsString()};
}

Result<StateMeta> load_meta(std::string_view value) {
  pb::Meta in;
  const bool parsed = in.ParseFromArray(value.data(), static_cast<int>(value.size()));
  if (parsed && in.version() > kStateVersion) {
    return fail(ErrorKind::refused,
                cat("state: version ", in.version(), " was written by vigie ", in.written_by(),
                    "; this engine reads up to ", kStateVersion,
                    "; use that engine, or give another directory: nothing was changed"));
  }
  if (!parsed || in.version() == 0 || in.key_seed().size() != kSeedBytes) {
    return fail(ErrorKind::corrupt,
                "state: the record 'meta' is damaged; restore the directory from a copy, or move "
                "it away to begin anew: nothing was changed");
  }
  StateMeta meta;
  meta.version = in.version();
  meta.written_by = in.written_by();
  meta.key_seed = seed_of(in.key_seed());
  meta.plain_names = in.plain_names();
  for (const pb::Meta::Partition& partition : in.partition()) {
    meta.partitions.push_back(
        {partition.id(), {partition.topic(), partition.number()}, partition.incarnation()});
  }
  return meta;
}

}  // namespace vigie
