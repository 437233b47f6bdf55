// One ESP transform in one direction: seal and open whole packets (RFC 4303 2, RFC 3602, 2405, 2451, 4106, 2403, 2404, 4868).
//
// Belongs here: a packet's bytes. Not here: sequence numbers, windows and selectors (mover.c, agent/ezvpn/dataplane).
#pragma once

#include "mbedtls/gcm.h"
#include "suite.h"

#define EDGE_PACKET_MOST (65536)
// ESP header, IV, trailer with padding, ICV.
#define EDGE_ESP_EXTRA (128)
#define EDGE_NEXT_HEADER_IPV4 (4)

typedef enum { EDGE_ESP_WIPED, EDGE_ESP_NULL, EDGE_ESP_CBC, EDGE_ESP_GCM } edge_esp_kind_t;

typedef struct edge_esp {
    edge_esp_kind_t kind;
    uint8_t iv;    // bytes of the IV in the packet
    uint8_t block; // what packet + padding + 2 is a multiple of
    uint8_t icv;   // bytes
    uint8_t salt[4]; // RFC 4106 4
    uint8_t chain[EDGE_BLOCK_MOST]; // outward: the last block of the packet before
    edge_cbc_t encrypt;
    edge_cbc_t decrypt;
    mbedtls_gcm_context gcm;
    edge_hmac_t mac;
    // Unpredictable bytes for a CBC IV. False: there are none.
    bool (*random)(struct edge_esp *esp, uint8_t *out, size_t length);
} edge_esp_t;

// Set the keys. cipher: "null" "des" "3des" "aes-cbc" with auth one of the hashes and its key as long as the digest, or
// "aes-gcm" (16, 24 or 32 bytes and the salt's 4) without. False for any other combination.
bool edge_esp_key(edge_esp_t *esp, const char *cipher, size_t cipher_length, const uint8_t *key, size_t key_length,
    const char *auth, size_t auth_length, const uint8_t *auth_key, size_t auth_key_length);
void edge_esp_wipe(edge_esp_t *esp);

// Bytes of the ESP packet (SPI .. ICV) around an inner packet.
size_t edge_esp_sealed(const edge_esp_t *esp, size_t length);
// Write it; `out` holds edge_esp_sealed bytes and does not overlap. Returns its length, 0 without keys or random bytes.
size_t edge_esp_seal(edge_esp_t *esp, uint32_t spi, uint32_t sequence, const uint8_t *packet, size_t length, uint8_t *out);
// Check and decrypt one packet (SPI .. ICV). On success returns true, `*plain` and `*payload` are what was inside without its
// padding, until the next call, and `*next_header` is its kind. The ICV is compared first, in constant time.
bool edge_esp_open(edge_esp_t *esp, const uint8_t *packet, size_t length, const uint8_t **plain, size_t *payload,
    uint8_t *next_header);
