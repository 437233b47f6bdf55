// `_edgec`: the primitives of suite.c and esp.c as Python functions, with the arguments of agent/ezvpn/crypto/port.py.
//
// Belongs here: arguments in, bytes out, exceptions. Data is anything with a buffer. ValueError: a name or a length that is not
// known, which is the caller's mistake, never a peer's.

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "esp_object.h"
#include "mbedtls/md.h"
#include "mbedtls/pk.h"
#include "mbedtls/ctr_drbg.h"
#include "mod_edgec.h"
#include "py/runtime.h"

static mp_buffer_info_t read_of(mp_obj_t object) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(object, &data, MP_BUFFER_READ);
    return data;
}

static const edge_hash_t *hash_of(mp_obj_t name) {
    size_t length;
    const char *text = mp_obj_str_get_data(name, &length);
    const edge_hash_t *hash = edge_hash(text, length);
    if (hash == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("unknown hash"));
    }
    return hash;
}

// hash(name, data) -> digest
static mp_obj_t edgec_hash(mp_obj_t name, mp_obj_t data_in) {
    const edge_hash_t *hash = hash_of(name);
    mp_buffer_info_t data = read_of(data_in);
    uint8_t digest[EDGE_DIGEST_MOST];
    edge_hash_once(hash, data.buf, data.len, digest);
    return mp_obj_new_bytes(digest, hash->bytes);
}
MP_DEFINE_CONST_FUN_OBJ_2(edgec_hash_obj, edgec_hash);

// hmac(name, key, data) -> digest
static mp_obj_t edgec_hmac(mp_obj_t name, mp_obj_t key_in, mp_obj_t data_in) {
    const edge_hash_t *hash = hash_of(name);
    mp_buffer_info_t key = read_of(key_in), data = read_of(data_in);
    edge_hmac_t hmac;
    uint8_t digest[EDGE_DIGEST_MOST];
    edge_hmac_key(&hmac, hash, key.buf, key.len);
    edge_hmac(&hmac, data.buf, data.len, digest);
    edge_wipe(&hmac, sizeof(hmac));
    return mp_obj_new_bytes(digest, hash->bytes);
}
MP_DEFINE_CONST_FUN_OBJ_3(edgec_hmac_obj, edgec_hmac);

// cbc(cipher, encrypt, key, iv, data) -> bytes
static mp_obj_t edgec_cbc(size_t count, const mp_obj_t *args) {
    (void)count;
    size_t length;
    const char *cipher = mp_obj_str_get_data(args[0], &length);
    bool encrypt = mp_obj_is_true(args[1]);
    mp_buffer_info_t key = read_of(args[2]), iv = read_of(args[3]), data = read_of(args[4]);
    edge_cbc_t cbc;
    if (!edge_cbc_key(&cbc, cipher, length, key.buf, key.len, encrypt) || iv.len != cbc.block || data.len % cbc.block) {
        edge_wipe(&cbc, sizeof(cbc));
        mp_raise_ValueError(MP_ERROR_TEXT("cipher, key, IV or length"));
    }
    uint8_t chain[EDGE_BLOCK_MOST];
    memcpy(chain, iv.buf, cbc.block);
    vstr_t out;
    vstr_init_len(&out, data.len);
    edge_cbc(&cbc, encrypt, chain, data.buf, data.len, (uint8_t *)out.buf);
    edge_wipe(&cbc, sizeof(cbc));
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_cbc_obj, 5, 5, edgec_cbc);

// modexp(base, exponent, modulus) -> bytearray as long as the modulus; all big-endian
static mp_obj_t edgec_modexp(mp_obj_t base_in, mp_obj_t exponent_in, mp_obj_t modulus_in) {
    mp_buffer_info_t base = read_of(base_in), exponent = read_of(exponent_in), modulus = read_of(modulus_in);
    mp_obj_t result = mp_obj_new_bytearray(modulus.len, modulus.buf);
    mp_buffer_info_t out;
    mp_get_buffer_raise(result, &out, MP_BUFFER_WRITE);
    if (!edge_modexp(base.buf, base.len, exponent.buf, exponent.len, modulus.buf, modulus.len, out.buf)) {
        mp_raise_ValueError(MP_ERROR_TEXT("modulus or memory"));
    }
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_3(edgec_modexp_obj, edgec_modexp);

// equal(a, b) -> bool
static mp_obj_t edgec_equal(mp_obj_t a_in, mp_obj_t b_in) {
    mp_buffer_info_t a = read_of(a_in), b = read_of(b_in);
    return mp_obj_new_bool(a.len == b.len && edge_equal(a.buf, b.buf, a.len));
}
MP_DEFINE_CONST_FUN_OBJ_2(edgec_equal_obj, edgec_equal);

// --- RSA ------------------------------------------------------------------------------------------------------------------

static int system_random(void *nothing, unsigned char *out, size_t length) {
    (void)nothing;
    while (length != 0) {
        ssize_t got = getrandom(out, length, 0);
        if (got <= 0) {
            return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
        }
        out += got;
        length -= got;
    }
    return 0;
}

static mbedtls_md_type_t md_of(mp_obj_t name) {
    static const mbedtls_md_type_t TYPES[] = {MBEDTLS_MD_MD5, MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384,
                                              MBEDTLS_MD_SHA512};
    static const uint8_t BYTES[] = {16, 20, 32, 48, 64};
    const edge_hash_t *hash = hash_of(name);
    for (size_t i = 0; i < sizeof(BYTES); i++) {
        if (BYTES[i] == hash->bytes) {
            return TYPES[i];
        }
    }
    return MBEDTLS_MD_NONE;
}

// rsa_sign(private_key, hash, digest) -> signature (PKCS #1 1.5). The key: DER.
static mp_obj_t edgec_rsa_sign(mp_obj_t key_in, mp_obj_t hash, mp_obj_t digest_in) {
    mp_buffer_info_t key = read_of(key_in), digest = read_of(digest_in);
    mbedtls_md_type_t md = md_of(hash);
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    uint8_t signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t length = 0;
    int failed = mbedtls_pk_parse_key(&pk, key.buf, key.len, NULL, 0, system_random, NULL);
    if (!failed && (!mbedtls_pk_can_do(&pk, MBEDTLS_PK_RSA) || digest.len != hash_of(hash)->bytes)) {
        failed = MBEDTLS_ERR_PK_TYPE_MISMATCH;
    }
    if (!failed) {
        failed = mbedtls_pk_sign(&pk, md, digest.buf, digest.len, signature, sizeof(signature), &length, system_random, NULL);
    }
    mbedtls_pk_free(&pk);
    if (failed) {
        mp_raise_ValueError(MP_ERROR_TEXT("no RSA private key, or a digest of another length"));
    }
    return mp_obj_new_bytes(signature, length);
}
MP_DEFINE_CONST_FUN_OBJ_3(edgec_rsa_sign_obj, edgec_rsa_sign);

// rsa_verify(public_key, hash, digest, signature) -> bool. The key: SubjectPublicKeyInfo or RSAPublicKey in DER.
static mp_obj_t edgec_rsa_verify(size_t count, const mp_obj_t *args) {
    (void)count;
    mp_buffer_info_t key = read_of(args[0]), digest = read_of(args[2]), signature = read_of(args[3]);
    mbedtls_md_type_t md = md_of(args[1]);
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    bool good = mbedtls_pk_parse_public_key(&pk, key.buf, key.len) == 0 && mbedtls_pk_can_do(&pk, MBEDTLS_PK_RSA)
        && digest.len == hash_of(args[1])->bytes
        && mbedtls_pk_verify(&pk, md, digest.buf, digest.len, signature.buf, signature.len) == 0;
    mbedtls_pk_free(&pk);
    return mp_obj_new_bool(good);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_rsa_verify_obj, 4, 4, edgec_rsa_verify);

// --- ESP ------------------------------------------------------------------------------------------------------------------

// IVs in one go for many packets: a system call costs more than encrypting a block. They are public once they are used.
static bool pooled_random(edge_esp_t *esp, uint8_t *out, size_t length) {
    static uint8_t pool[512];
    static size_t left;
    (void)esp;
    if (left < length) {
        if (system_random(NULL, pool, sizeof(pool)) != 0) {
            return false;
        }
        left = sizeof(pool);
    }
    left -= length;
    memcpy(out, pool + left, length);
    return true;
}

static bool python_random(edge_esp_t *esp, uint8_t *out, size_t length) {
    edge_esp_obj_t *self = (edge_esp_obj_t *)((uint8_t *)esp - offsetof(edge_esp_obj_t, esp));
    mp_buffer_info_t made = read_of(mp_call_function_1(self->entropy, MP_OBJ_NEW_SMALL_INT(length)));
    if (made.len != length) {
        return false;
    }
    memcpy(out, made.buf, length);
    return true;
}

// Esp(cipher, key, auth, auth_key, entropy, refusal): `entropy(n)` gives IVs, None: the system's; `refusal`: the exception that
// says that the keys were wiped.
static mp_obj_t esp_make_new(const mp_obj_type_t *type, size_t count, size_t named, const mp_obj_t *args) {
    mp_arg_check_num(count, named, 6, 6, false);
    size_t cipher_length, auth_length;
    const char *cipher = mp_obj_str_get_data(args[0], &cipher_length);
    const char *auth = mp_obj_str_get_data(args[2], &auth_length);
    mp_buffer_info_t key = read_of(args[1]), auth_key = read_of(args[3]);
    // With a finaliser: keys that nobody wiped are wiped by the sweep.
    edge_esp_obj_t *self = mp_obj_malloc_with_finaliser(edge_esp_obj_t, type);
    self->entropy = args[4];
    self->refusal = args[5];
    if (!edge_esp_key(&self->esp, cipher, cipher_length, key.buf, key.len, auth, auth_length, auth_key.buf, auth_key.len)) {
        edge_esp_wipe(&self->esp);
        mp_raise_ValueError(MP_ERROR_TEXT("ESP transform or key length"));
    }
    self->esp.random = args[4] == mp_const_none ? pooled_random : python_random;
    return MP_OBJ_FROM_PTR(self);
}

static edge_esp_obj_t *with_keys(mp_obj_t self_in) {
    edge_esp_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->esp.kind == EDGE_ESP_WIPED) {
        nlr_raise(mp_call_function_1(self->refusal, mp_obj_new_str_from_cstr("these keys were wiped")));
    }
    return self;
}

// seal(spi, sequence, packet, out) -> length
static mp_obj_t esp_seal(size_t count, const mp_obj_t *args) {
    (void)count;
    edge_esp_obj_t *self = with_keys(args[0]);
    mp_buffer_info_t packet = read_of(args[3]), out;
    mp_get_buffer_raise(args[4], &out, MP_BUFFER_WRITE);
    if (out.len < edge_esp_sealed(&self->esp, packet.len)) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too small"));
    }
    uint32_t spi = mp_obj_get_int_truncated(args[1]), sequence = mp_obj_get_int_truncated(args[2]);
    size_t length = edge_esp_seal(&self->esp, spi, sequence, packet.buf, packet.len, out.buf);
    if (length == 0) {
        mp_raise_OSError(EIO); // no random bytes
    }
    return MP_OBJ_NEW_SMALL_INT(length);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(esp_seal_obj, 5, 5, esp_seal);

// open(packet, out) -> length << 8 | next header, or -1
static mp_obj_t esp_open(mp_obj_t self_in, mp_obj_t packet_in, mp_obj_t out_in) {
    edge_esp_obj_t *self = with_keys(self_in);
    mp_buffer_info_t packet = read_of(packet_in), out;
    mp_get_buffer_raise(out_in, &out, MP_BUFFER_WRITE);
    const uint8_t *plain;
    size_t payload;
    uint8_t next_header;
    if (!edge_esp_open(&self->esp, packet.buf, packet.len, &plain, &payload, &next_header) || payload > out.len) {
        return MP_OBJ_NEW_SMALL_INT(-1);
    }
    memcpy(out.buf, plain, payload);
    return MP_OBJ_NEW_SMALL_INT(payload << 8 | next_header);
}
static MP_DEFINE_CONST_FUN_OBJ_3(esp_open_obj, esp_open);

// wipe()
static mp_obj_t esp_wipe(mp_obj_t self_in) {
    edge_esp_obj_t *self = MP_OBJ_TO_PTR(self_in);
    edge_esp_wipe(&self->esp);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(esp_wipe_obj, esp_wipe);

static const mp_rom_map_elem_t esp_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_seal), MP_ROM_PTR(&esp_seal_obj)},
    {MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&esp_open_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&esp_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&esp_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(esp_locals, esp_locals_table);

static void esp_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    edge_esp_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return; // read only
    }
    if (name == MP_QSTR_icv_bytes) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->esp.icv);
    } else if (name == MP_QSTR_iv_bytes) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->esp.iv);
    } else if (name == MP_QSTR_block_bytes) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->esp.block);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

MP_DEFINE_CONST_OBJ_TYPE(
    edge_esp_type, MP_QSTR_Esp, MP_TYPE_FLAG_NONE, make_new, esp_make_new, attr, esp_attr, locals_dict, &esp_locals);
