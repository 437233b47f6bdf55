#include "suite.h"

#include <string.h>

#include "mbedtls/bignum.h"
#include "mbedtls/constant_time.h"
#include "mbedtls/platform_util.h"

static int md5_begin(edge_digest_t *digest) {
    return mbedtls_md5_starts(&digest->md5);
}
static int md5_feed(edge_digest_t *digest, const uint8_t *data, size_t length) {
    return mbedtls_md5_update(&digest->md5, data, length);
}
static int md5_end(edge_digest_t *digest, uint8_t *out) {
    return mbedtls_md5_finish(&digest->md5, out);
}

static int sha1_begin(edge_digest_t *digest) {
    return mbedtls_sha1_starts(&digest->sha1);
}
static int sha1_feed(edge_digest_t *digest, const uint8_t *data, size_t length) {
    return mbedtls_sha1_update(&digest->sha1, data, length);
}
static int sha1_end(edge_digest_t *digest, uint8_t *out) {
    return mbedtls_sha1_finish(&digest->sha1, out);
}

static int sha256_begin(edge_digest_t *digest) {
    return mbedtls_sha256_starts(&digest->sha256, 0);
}
static int sha256_feed(edge_digest_t *digest, const uint8_t *data, size_t length) {
    return mbedtls_sha256_update(&digest->sha256, data, length);
}
static int sha256_end(edge_digest_t *digest, uint8_t *out) {
    return mbedtls_sha256_finish(&digest->sha256, out);
}

static int sha384_begin(edge_digest_t *digest) {
    return mbedtls_sha512_starts(&digest->sha512, 1);
}
static int sha512_begin(edge_digest_t *digest) {
    return mbedtls_sha512_starts(&digest->sha512, 0);
}
static int sha512_feed(edge_digest_t *digest, const uint8_t *data, size_t length) {
    return mbedtls_sha512_update(&digest->sha512, data, length);
}
static int sha512_end(edge_digest_t *digest, uint8_t *out) {
    return mbedtls_sha512_finish(&digest->sha512, out);
}

static const edge_hash_t HASHES[] = {
    {"md5", 16, 64, 12, md5_begin, md5_feed, md5_end},
    {"sha1", 20, 64, 12, sha1_begin, sha1_feed, sha1_end},
    {"sha256", 32, 64, 16, sha256_begin, sha256_feed, sha256_end},
    {"sha384", 48, 128, 24, sha384_begin, sha512_feed, sha512_end},
    {"sha512", 64, 128, 32, sha512_begin, sha512_feed, sha512_end},
};

static bool is(const char *name, size_t length, const char *known) {
    return strlen(known) == length && memcmp(name, known, length) == 0;
}

const edge_hash_t *edge_hash(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof(HASHES) / sizeof(HASHES[0]); i++) {
        if (is(name, length, HASHES[i].name)) {
            return &HASHES[i];
        }
    }
    return NULL;
}

void edge_hash_once(const edge_hash_t *hash, const uint8_t *data, size_t length, uint8_t *out) {
    edge_digest_t digest;
    memset(&digest, 0, sizeof(digest));
    hash->begin(&digest);
    hash->feed(&digest, data, length);
    hash->end(&digest, out);
    edge_wipe(&digest, sizeof(digest));
}

void edge_hmac_key(edge_hmac_t *hmac, const edge_hash_t *hash, const uint8_t *key, size_t length) {
    uint8_t pad[128], short_key[EDGE_DIGEST_MOST];
    if (length > hash->block) {
        edge_hash_once(hash, key, length, short_key);
        key = short_key;
        length = hash->bytes;
    }
    memset(hmac, 0, sizeof(*hmac));
    hmac->hash = hash;
    for (int outer = 0; outer < 2; outer++) {
        memset(pad, outer ? 0x5c : 0x36, hash->block);
        for (size_t i = 0; i < length; i++) {
            pad[i] ^= key[i];
        }
        edge_digest_t *digest = outer ? &hmac->outer : &hmac->inner;
        hash->begin(digest);
        hash->feed(digest, pad, hash->block);
    }
    edge_wipe(pad, sizeof(pad));
    edge_wipe(short_key, sizeof(short_key));
}

void edge_hmac(const edge_hmac_t *hmac, const uint8_t *data, size_t length, uint8_t *out) {
    edge_digest_t digest = hmac->inner;
    uint8_t inner[EDGE_DIGEST_MOST];
    hmac->hash->feed(&digest, data, length);
    hmac->hash->end(&digest, inner);
    digest = hmac->outer;
    hmac->hash->feed(&digest, inner, hmac->hash->bytes);
    hmac->hash->end(&digest, out);
}

bool edge_cbc_key(edge_cbc_t *cbc, const char *cipher, size_t name_length, const uint8_t *key, size_t length, bool encrypt) {
    memset(cbc, 0, sizeof(*cbc));
    if (is(cipher, name_length, "aes") && (length == 16 || length == 24 || length == 32)) {
        cbc->block = 16;
        return (encrypt ? mbedtls_aes_setkey_enc : mbedtls_aes_setkey_dec)(&cbc->key.aes, key, length * 8) == 0;
    }
    uint8_t triple[24];
    if (is(cipher, name_length, "3des") && length == 24) {
        memcpy(triple, key, 24);
    } else if (is(cipher, name_length, "des") && length == 8) {
        // With three equal keys encrypt, decrypt, encrypt is DES (FIPS 46-3).
        for (int i = 0; i < 3; i++) {
            memcpy(triple + 8 * i, key, 8);
        }
    } else {
        return false;
    }
    cbc->block = 8;
    int failed = (encrypt ? mbedtls_des3_set3key_enc : mbedtls_des3_set3key_dec)(&cbc->key.des3, triple);
    edge_wipe(triple, sizeof(triple));
    return failed == 0;
}

void edge_cbc(edge_cbc_t *cbc, bool encrypt, uint8_t *iv, const uint8_t *in, size_t length, uint8_t *out) {
    if (cbc->block == 16) {
        mbedtls_aes_crypt_cbc(&cbc->key.aes, encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, length, iv, in, out);
    } else {
        mbedtls_des3_crypt_cbc(&cbc->key.des3, encrypt ? MBEDTLS_DES_ENCRYPT : MBEDTLS_DES_DECRYPT, length, iv, in, out);
    }
}

bool edge_modexp(const uint8_t *base, size_t base_length, const uint8_t *exponent, size_t exponent_length,
    const uint8_t *modulus, size_t length, uint8_t *out) {
    mbedtls_mpi b, e, m, r;
    mbedtls_mpi_init(&b);
    mbedtls_mpi_init(&e);
    mbedtls_mpi_init(&m);
    mbedtls_mpi_init(&r);
    int failed = mbedtls_mpi_read_binary(&b, base, base_length);
    failed = failed ? failed : mbedtls_mpi_read_binary(&e, exponent, exponent_length);
    failed = failed ? failed : mbedtls_mpi_read_binary(&m, modulus, length);
    failed = failed ? failed : mbedtls_mpi_exp_mod(&r, &b, &e, &m, NULL);
    failed = failed ? failed : mbedtls_mpi_write_binary(&r, out, length);
    mbedtls_mpi_free(&b); // each is zeroed
    mbedtls_mpi_free(&e);
    mbedtls_mpi_free(&m);
    mbedtls_mpi_free(&r);
    return failed == 0;
}

bool edge_equal(const uint8_t *a, const uint8_t *b, size_t length) {
    return mbedtls_ct_memcmp(a, b, length) == 0;
}

void edge_wipe(void *data, size_t length) {
    mbedtls_platform_zeroize(data, length);
}
