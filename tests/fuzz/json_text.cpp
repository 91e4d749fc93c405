// A JSON text -> the verdict and the members, checked at once and in steps, compared with Boost.JSON.
#include "input.hpp"
#include "support/json_reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace notifyd;
    const std::string_view text = fuzz::text_of(data, size);
    fuzz::require(testing::agrees_with_boost(text));
    for (const std::size_t step_bytes : {1, 2, 7, 64}) fuzz::require(testing::is_same_in_steps(text, step_bytes));
    return 0;
}
