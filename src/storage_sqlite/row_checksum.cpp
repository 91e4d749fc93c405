// XXH3 over the head, seeded with XXH3 over the rest.
#include "row_checksum.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <xxhash.h>

namespace notifyd::storage::sqlite {

// Numbers are hashed in their memory representation.
static_assert(std::endian::native == std::endian::little, "a database must have the same checksums on every machine");

std::int64_t row_checksum(const RowFields& fields, std::string_view head) {
    const std::array<std::int64_t, 5> numbers{fields.position,
                                              fields.topic_id,
                                              static_cast<std::int64_t>(fields.counter),
                                              static_cast<std::int64_t>(fields.kind),
                                              fields.published_at};
    std::array<char, sizeof numbers + sizeof(Uuid::bytes)> fixed{};
    std::memcpy(fixed.data(), numbers.data(), sizeof numbers);
    // An id of another length is not one of ours; its hash represents it.
    const bool whole = fields.message_id.size() == sizeof(Uuid::bytes);
    if (whole) std::memcpy(fixed.data() + sizeof numbers, fields.message_id.data(), sizeof(Uuid::bytes));
    XXH64_hash_t seed = XXH3_64bits_withSeed(fixed.data(), fixed.size(), whole ? 0 : fields.message_id.size() + 1);
    if (fields.channel) seed = XXH3_64bits_withSeed(fields.channel->data(), fields.channel->size(), seed);
    return static_cast<std::int64_t>(XXH3_64bits_withSeed(head.data(), head.size(), seed));
}

}  // namespace notifyd::storage::sqlite
