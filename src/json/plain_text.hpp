// Finds the longest prefix of a JSON string that needs no processing, many bytes at a time.
#pragma once

#include <bit>
#include <cstddef>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace notifyd::json {

// ASCII that stands for itself in a string.
constexpr bool is_plain(char c) {
    return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\';
}

// The first byte that is not plain; `end` if there is none.
inline const char* skip_plain(const char* at, const char* end) {
#ifdef __SSE2__
    constexpr std::ptrdiff_t width = sizeof(__m128i);
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(' ');
    for (; end - at >= width; at += width) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        // The bytes count as signed here, so that those outside ASCII are below the space, too.
        const __m128i special = _mm_or_si128(quotes, _mm_cmplt_epi8(bytes, space));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
        if (mask != 0) return at + std::countr_zero(mask);
    }
#endif
    while (at < end && is_plain(*at)) ++at;
    return at;
}

}  // namespace notifyd::json
