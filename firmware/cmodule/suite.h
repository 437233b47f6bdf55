// Hashes, HMAC, block ciphers in CBC mode, modular exponentiation: what IKE and ESP need of mbedTLS, each by the name that
// agent/ezvpn/crypto/port.py has for it.
//
// Belongs here: choosing the primitive, keys wiped. Not here: ESP packets (esp.h), Python objects (mod_crypto.c).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mbedtls/aes.h"
#include "mbedtls/des.h"
#include "mbedtls/md5.h"
#include "mbedtls/sha1.h"
#include "mbedtls/sha256.h"
#include "mbedtls/sha512.h"

// Under the address sanitizer nobody touches what lies behind a packet in its buffer.
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define EDGE_FENCE(buffer, length) \
    (ASAN_UNPOISON_MEMORY_REGION(buffer, sizeof(buffer)), \
     ASAN_POISON_MEMORY_REGION((buffer) + (length), sizeof(buffer) - (length)))
#else
#define EDGE_FENCE(buffer, length) ((void)0)
#endif

#define EDGE_DIGEST_MOST (64)
#define EDGE_BLOCK_MOST (16)

// A hash under way. The contexts hold no pointers: one that is copied can go on twice.
typedef union {
    mbedtls_md5_context md5;
    mbedtls_sha1_context sha1;
    mbedtls_sha256_context sha256;
    mbedtls_sha512_context sha512;
} edge_digest_t;

typedef struct {
    const char *name;
    uint8_t bytes; // of the digest
    uint8_t block; // of the hash, for HMAC
    uint8_t icv;   // what ESP takes of its HMAC: 96 bits, of SHA-2 half (RFC 2403, 2404, 4868 2.6)
    int (*begin)(edge_digest_t *digest);
    int (*feed)(edge_digest_t *digest, const uint8_t *data, size_t length);
    int (*end)(edge_digest_t *digest, uint8_t *out);
} edge_hash_t;

// The hash of that name, NULL if there is none.
const edge_hash_t *edge_hash(const char *name, size_t length);
void edge_hash_once(const edge_hash_t *hash, const uint8_t *data, size_t length, uint8_t *out);

// HMAC (RFC 2104) with one key: both padded keys are hashed once.
typedef struct {
    const edge_hash_t *hash;
    edge_digest_t inner;
    edge_digest_t outer;
} edge_hmac_t;

void edge_hmac_key(edge_hmac_t *hmac, const edge_hash_t *hash, const uint8_t *key, size_t length);
// `out` gets hash->bytes.
void edge_hmac(const edge_hmac_t *hmac, const uint8_t *data, size_t length, uint8_t *out);

// A block cipher for CBC, one direction.
typedef struct {
    uint8_t block; // 0: no key
    union {
        mbedtls_aes_context aes;
        mbedtls_des3_context des3;
    } key;
} edge_cbc_t;

// Set a key. cipher: "aes" with 16, 24 or 32 bytes, "3des" with 24, "des" with 8. False for any other.
bool edge_cbc_key(edge_cbc_t *cbc, const char *cipher, size_t name_length, const uint8_t *key, size_t length, bool encrypt);
// length: a multiple of the block. `iv` becomes that of what would follow. `in` and `out` are the same or do not overlap.
void edge_cbc(edge_cbc_t *cbc, bool encrypt, uint8_t *iv, const uint8_t *in, size_t length, uint8_t *out);

// base^exponent mod modulus, all big-endian; out has as many bytes as the modulus. False: no memory, or an even modulus.
bool edge_modexp(const uint8_t *base, size_t base_length, const uint8_t *exponent, size_t exponent_length,
    const uint8_t *modulus, size_t length, uint8_t *out);

// In a time that depends on the length only.
bool edge_equal(const uint8_t *a, const uint8_t *b, size_t length);
// Zero what the compiler must not take for a dead store.
void edge_wipe(void *data, size_t length);
