// For test_inflate.py: SIZE on the command line, deflated bytes on stdin, what they are on stdout; exit code 1 if they are not.
// Buffers are exactly as long as they may be, so that a sanitizer sees a step too far.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inflate.h"

int main(int argc, char **argv) {
    static uint8_t all[1 << 20];
    size_t size = argc > 1 ? (size_t)atol(argv[1]) : 0, length = fread(all, 1, sizeof(all), stdin);
    uint8_t *in = malloc(length), *out = malloc(size);
    memcpy(in, all, length);
    bool good = edge_inflate(in, length, out, size);
    if (good) {
        fwrite(out, 1, size, stdout);
    }
    free(in);
    free(out);
    return good ? 0 : 1;
}
