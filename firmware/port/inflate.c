#include "inflate.h"

#include <string.h>

#define CODE_BITS (15)
#define SYMBOLS (288)
#define FAST_BITS (10) // codes up to here are one look at a table

#define WORD_BITS (8 * sizeof(size_t))

typedef struct {
    const uint8_t *next, *end;
    size_t bits; // the lowest comes first
    unsigned count;
    unsigned missing; // bytes read behind the end
} reader_t;

// A canonical Huffman code (RFC 1951 3.2.2).
typedef struct {
    uint16_t fast[1 << FAST_BITS]; // symbol << 4 | bits of its code; 0: a longer one
    uint16_t count[CODE_BITS + 1]; // codes of each length
    uint16_t symbol[SYMBOLS];      // in the order of their codes
} code_t;

static code_t literals, distances; // 6 kB, needed for a moment: not on a small stack

// At least WORD_BITS - 7 bits.
static inline void fill(reader_t *in) {
    #if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if ((size_t)(in->end - in->next) >= sizeof(size_t)) {
        // A word at once; what has no room comes again with the next one, at the same place.
        size_t word;
        memcpy(&word, in->next, sizeof(word));
        in->bits |= word << in->count;
        in->next += (WORD_BITS - 1 - in->count) / 8;
        in->count |= WORD_BITS - 8;
        return;
    }
    #endif
    in->bits &= ((size_t)1 << in->count) - 1;
    while (in->count <= WORD_BITS - 8) {
        if (in->next < in->end) {
            in->bits |= (size_t)*in->next++ << in->count;
        } else {
            in->missing++;
        }
        in->count += 8;
    }
}

static inline uint32_t take(reader_t *in, unsigned number) {
    if (in->count < number) {
        fill(in);
    }
    uint32_t value = in->bits & (((size_t)1 << number) - 1);
    in->bits >>= number;
    in->count -= number;
    return value;
}

// Whether bits behind the end were used.
static inline bool overrun(const reader_t *in) {
    return in->missing * 8 > in->count;
}

// False: no code has these lengths.
static bool make(code_t *code, const uint8_t *lengths, unsigned number) {
    uint16_t offset[CODE_BITS + 1], first[CODE_BITS + 1];
    memset(code, 0, sizeof(*code));
    for (unsigned i = 0; i < number; i++) {
        code->count[lengths[i]]++;
    }
    code->count[0] = 0;
    int left = 1;
    uint16_t sum = 0, next = 0;
    for (unsigned bits = 1; bits <= CODE_BITS; bits++) {
        left = 2 * left - code->count[bits];
        if (left < 0) {
            return false;
        }
        offset[bits] = sum;
        sum += code->count[bits];
        next = (next + (bits > 1 ? code->count[bits - 1] : 0)) << 1;
        first[bits] = next;
    }
    for (unsigned i = 0; i < number; i++) {
        unsigned bits = lengths[i];
        if (bits == 0) {
            continue;
        }
        code->symbol[offset[bits]++] = i;
        unsigned value = first[bits]++, reversed = 0;
        for (unsigned bit = 0; bit < bits; bit++) {
            reversed |= (value >> bit & 1) << (bits - 1 - bit);
        }
        for (unsigned at = reversed; bits <= FAST_BITS && at < 1u << FAST_BITS; at += 1u << bits) {
            code->fast[at] = i << 4 | bits;
        }
    }
    return true;
}

// The next symbol, -1: there is no such code.
static inline int decode(reader_t *in, const code_t *code) {
    if (in->count < CODE_BITS) {
        fill(in);
    }
    unsigned found = code->fast[in->bits & ((1u << FAST_BITS) - 1)];
    if (found != 0) {
        in->bits >>= found & 15;
        in->count -= found & 15;
        return found >> 4;
    }
    int value = 0, first = 0, index = 0;
    for (unsigned bits = 1; bits <= CODE_BITS; bits++) {
        value |= in->bits & 1;
        in->bits >>= 1;
        in->count--;
        int count = code->count[bits];
        if (value - count < first) {
            return code->symbol[index + (value - first)];
        }
        index += count;
        first = (first + count) << 1;
        value <<= 1;
    }
    return -1;
}

static bool fixed_codes(void) {
    uint8_t lengths[SYMBOLS];
    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    bool good = make(&literals, lengths, SYMBOLS);
    memset(lengths, 5, 30);
    return make(&distances, lengths, 30) && good;
}

// RFC 1951 3.2.7
static bool dynamic_codes(reader_t *in) {
    static const uint8_t ORDER[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[SYMBOLS + 32] = {0};
    unsigned literal_count = take(in, 5) + 257, distance_count = take(in, 5) + 1, length_count = take(in, 4) + 4;
    for (unsigned i = 0; i < length_count; i++) {
        lengths[ORDER[i]] = take(in, 3);
    }
    if (literal_count > 286 || !make(&literals, lengths, 19)) {
        return false;
    }
    memset(lengths, 0, sizeof(lengths));
    for (unsigned i = 0; i < literal_count + distance_count;) {
        int symbol = decode(in, &literals);
        if (symbol < 0) {
            return false;
        }
        if (symbol < 16) {
            lengths[i++] = symbol;
            continue;
        }
        unsigned times = symbol == 16 ? 3 + take(in, 2) : symbol == 17 ? 3 + take(in, 3) : 11 + take(in, 7);
        if ((symbol == 16 && i == 0) || i + times > literal_count + distance_count) {
            return false;
        }
        memset(lengths + i, symbol == 16 ? lengths[i - 1] : 0, times);
        i += times;
    }
    return make(&literals, lengths, literal_count) && make(&distances, lengths + literal_count, distance_count);
}

bool edge_inflate(const uint8_t *in, size_t length, uint8_t *out, size_t size) {
    // RFC 1951 3.2.5
    static const uint16_t LENGTH[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                      31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t LENGTH_BITS[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    reader_t reader = {in, in + length, 0, 0, 0};
    size_t at = 0;
    bool last = false;
    while (!last) {
        last = take(&reader, 1);
        unsigned kind = take(&reader, 2);
        if (kind == 0) {
            take(&reader, reader.count % 8);
            unsigned number = take(&reader, 16), inverse = take(&reader, 16);
            if ((number ^ inverse) != 0xffff || number > size - at) {
                return false;
            }
            while (number-- != 0) {
                out[at++] = take(&reader, 8);
            }
        } else if (kind == 3 || !(kind == 1 ? fixed_codes() : dynamic_codes(&reader))) {
            return false;
        }
        while (kind != 0) {
            int symbol = decode(&reader, &literals);
            if (symbol == 256) {
                break;
            }
            if (symbol < 0 || symbol > 285 || at == size || overrun(&reader)) {
                return false;
            }
            if (symbol < 256) {
                out[at++] = symbol;
                continue;
            }
            size_t run = LENGTH[symbol - 257] + take(&reader, LENGTH_BITS[symbol - 257]);
            symbol = decode(&reader, &distances);
            if (symbol < 0 || symbol > 29) {
                return false;
            }
            unsigned extra = symbol < 4 ? 0 : symbol / 2 - 1;
            size_t back = (symbol < 4 ? (size_t)symbol : (size_t)(2 + symbol % 2) << extra) + 1 + take(&reader, extra);
            if (back > at || run > size - at) {
                return false;
            }
            size_t end = at + run;
            if (back >= sizeof(size_t) && end + sizeof(size_t) <= size) {
                for (; at < end; at += sizeof(size_t)) {
                    memcpy(out + at, out + at - back, sizeof(size_t));
                }
                at = end; // what is behind it comes later
            }
            for (; at < end; at++) {
                out[at] = out[at - back];
            }
        }
    }
    return at == size && !overrun(&reader);
}
