#include "esp.h"

#include <string.h>

#define HEADER (8) // SPI and sequence number
#define GCM_ICV (16)

// Decrypted packets; one at a time, and only what a packet's length touches becomes memory.
static uint8_t opened[EDGE_PACKET_MOST];

static void put32(uint8_t *out, uint32_t value) {
    out[0] = value >> 24;
    out[1] = value >> 16;
    out[2] = value >> 8;
    out[3] = value;
}

static bool is(const char *name, size_t length, const char *known) {
    return strlen(known) == length && memcmp(name, known, length) == 0;
}

static bool gcm_key(edge_esp_t *esp, const uint8_t *key, size_t key_length) {
    if (key_length != 20 && key_length != 28 && key_length != 36) {
        return false;
    }
    esp->kind = EDGE_ESP_GCM;
    esp->iv = 8;
    esp->block = 4;
    esp->icv = GCM_ICV;
    memcpy(esp->salt, key + key_length - 4, 4);
    return mbedtls_gcm_setkey(&esp->gcm, MBEDTLS_CIPHER_ID_AES, key, (key_length - 4) * 8) == 0;
}

bool edge_esp_key(edge_esp_t *esp, const char *cipher, size_t cipher_length, const uint8_t *key, size_t key_length,
    const char *auth, size_t auth_length, const uint8_t *auth_key, size_t auth_key_length) {
    memset(esp, 0, sizeof(*esp));
    mbedtls_gcm_init(&esp->gcm);
    if (is(cipher, cipher_length, "aes-gcm")) {
        return auth_length == 0 && gcm_key(esp, key, key_length);
    }
    const edge_hash_t *hash = edge_hash(auth, auth_length);
    if (hash == NULL || auth_key_length != hash->bytes) {
        return false;
    }
    esp->kind = EDGE_ESP_CBC;
    if (is(cipher, cipher_length, "null") && key_length == 0) {
        esp->kind = EDGE_ESP_NULL;
        esp->block = 4;
    } else if (is(cipher, cipher_length, "aes-cbc")) {
        cipher_length = 3; // the block cipher's own name
    } else if (!is(cipher, cipher_length, "3des") && !is(cipher, cipher_length, "des")) {
        return false;
    }
    if (esp->kind == EDGE_ESP_CBC) {
        if (!edge_cbc_key(&esp->encrypt, cipher, cipher_length, key, key_length, true)
            || !edge_cbc_key(&esp->decrypt, cipher, cipher_length, key, key_length, false)) {
            return false;
        }
        esp->iv = esp->block = esp->encrypt.block;
    }
    esp->icv = hash->icv;
    edge_hmac_key(&esp->mac, hash, auth_key, auth_key_length);
    return true;
}

void edge_esp_wipe(edge_esp_t *esp) {
    mbedtls_gcm_free(&esp->gcm);
    edge_wipe(&esp->encrypt, sizeof(esp->encrypt));
    edge_wipe(&esp->decrypt, sizeof(esp->decrypt));
    edge_wipe(&esp->mac, sizeof(esp->mac));
    edge_wipe(esp->salt, sizeof(esp->salt));
    esp->kind = EDGE_ESP_WIPED;
}

static size_t padding(const edge_esp_t *esp, size_t length) {
    return (esp->block - (length + 2) % esp->block) % esp->block;
}

size_t edge_esp_sealed(const edge_esp_t *esp, size_t length) {
    return HEADER + esp->iv + length + padding(esp, length) + 2 + esp->icv;
}

size_t edge_esp_seal(edge_esp_t *esp, uint32_t spi, uint32_t sequence, const uint8_t *packet, size_t length, uint8_t *out) {
    if (esp->kind == EDGE_ESP_WIPED) {
        return 0;
    }
    size_t pad = padding(esp, length), body = length + pad + 2;
    uint8_t *iv = out + HEADER, *text = iv + esp->iv, *icv = text + body;
    put32(out, spi);
    put32(out + 4, sequence);
    memcpy(text, packet, length);
    for (size_t i = 0; i < pad; i++) {
        text[length + i] = i + 1; // RFC 4303 2.4: 1, 2, 3, …
    }
    text[length + pad] = pad;
    text[length + pad + 1] = EDGE_NEXT_HEADER_IPV4;
    if (esp->kind == EDGE_ESP_GCM) {
        uint8_t nonce[12];
        memcpy(nonce, esp->salt, 4);
        memset(nonce + 4, 0, 4);
        put32(nonce + 8, sequence); // RFC 4106 3.1: the IV may be a counter; a number is used once with a key
        memcpy(iv, nonce + 4, 8);
        if (mbedtls_gcm_crypt_and_tag(&esp->gcm, MBEDTLS_GCM_ENCRYPT, body, nonce, sizeof(nonce), out, HEADER, text, text,
                GCM_ICV, icv) != 0) {
            return 0;
        }
        return icv + GCM_ICV - out;
    }
    if (esp->kind == EDGE_ESP_CBC) {
        // A random block is encrypted in front: whatever the chain held, what comes out of it is the IV, which "MUST be
        // unpredictable" (RFC 3602 3).
        if (!esp->random(esp, iv, esp->iv)) {
            return 0;
        }
        edge_cbc(&esp->encrypt, true, esp->chain, iv, esp->iv + body, iv);
    }
    uint8_t mac[EDGE_DIGEST_MOST];
    edge_hmac(&esp->mac, out, icv - out, mac);
    memcpy(icv, mac, esp->icv);
    return icv + esp->icv - out;
}

bool edge_esp_open(edge_esp_t *esp, const uint8_t *packet, size_t length, const uint8_t **plain, size_t *payload,
    uint8_t *next_header) {
    size_t frame = HEADER + esp->iv + esp->icv;
    if (esp->kind == EDGE_ESP_WIPED || length > EDGE_PACKET_MOST || length < frame + esp->block
        || (length - frame) % esp->block != 0) {
        return false;
    }
    size_t body = length - frame;
    const uint8_t *iv = packet + HEADER, *text = iv + esp->iv, *icv = text + body;
    const uint8_t *found = opened;
    EDGE_FENCE(opened, body);
    if (esp->kind == EDGE_ESP_GCM) {
        uint8_t nonce[12];
        memcpy(nonce, esp->salt, 4);
        memcpy(nonce + 4, iv, 8);
        if (mbedtls_gcm_auth_decrypt(&esp->gcm, body, nonce, sizeof(nonce), packet, HEADER, icv, GCM_ICV, text, opened) != 0) {
            return false;
        }
    } else {
        uint8_t mac[EDGE_DIGEST_MOST];
        edge_hmac(&esp->mac, packet, icv - packet, mac);
        if (!edge_equal(mac, icv, esp->icv)) {
            return false;
        }
        if (esp->kind == EDGE_ESP_CBC) {
            uint8_t chain[EDGE_BLOCK_MOST];
            memcpy(chain, iv, esp->iv);
            edge_cbc(&esp->decrypt, false, chain, text, body, opened);
        } else {
            found = text;
        }
    }
    size_t pad = found[body - 2];
    if (pad + 2 > body) {
        return false;
    }
    *payload = body - 2 - pad;
    for (size_t i = 0; i < pad; i++) {
        if (found[*payload + i] != i + 1) {
            return false;
        }
    }
    *next_header = found[body - 1];
    *plain = found;
    return true;
}
