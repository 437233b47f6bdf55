// From the network to the TUN device: `Mover.inward` (RFC 4303 3.4, RFC 3948 2 and 3.5).

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mover.h"
#include "py/runtime.h"
#include "table_objects.h"

#define MARKER_BYTES (4) // RFC 3948 2.2: zeros where ESP has its SPI
#define IPV4_HEADER_LEAST (20)

// The pair at hand, read from its Python object once for a run of packets, and written back before anybody else looks.
typedef struct {
    mp_obj_t object; // MP_OBJ_NULL: none
    edge_esp_t *esp;
    uint32_t spi;
    uint32_t packets; // counted here, not yet there
    uint32_t bytes;
    uint32_t replays;
    uint32_t auth_failures;
    uint64_t bytes_left; // until something is due
    mp_obj_t flows;
    mp_obj_t window;
    uint32_t top, size, mask; // of the window
    uint8_t *ring;
    bool marked;
} inbound_t;

static void pair_open(inbound_t *pair, mp_obj_t object, uint32_t spi) {
    memset(pair, 0, sizeof(*pair));
    pair->object = object;
    pair->spi = spi;
    pair->esp = edge_esp_of(edge_get(object, MP_QSTR_state_in));
    uint64_t bytes = edge_whole(edge_get(object, MP_QSTR_bytes_in)), edge = edge_whole(edge_get(object, MP_QSTR_watch_bytes_in));
    pair->bytes_left = edge > bytes ? edge - bytes : 0;
    pair->flows = edge_get(object, MP_QSTR_flows);
    pair->window = edge_get(object, MP_QSTR_window);
    pair->top = (uint32_t)edge_whole(edge_get(pair->window, MP_QSTR_top));
    pair->size = (uint32_t)edge_whole(edge_get(pair->window, MP_QSTR_size));
    mp_buffer_info_t ring;
    mp_get_buffer_raise(edge_get(pair->window, MP_QSTR_ring), &ring, MP_BUFFER_RW);
    pair->ring = ring.buf;
    pair->mask = ring.len - 1; // a power of two
}

static void pair_close(inbound_t *pair, mp_obj_t now) {
    if (pair->object != MP_OBJ_NULL) {
        if (pair->marked) {
            mp_store_attr(pair->object, MP_QSTR_last_in, now);
        }
        edge_add(pair->object, MP_QSTR_packets_in, pair->packets);
        edge_add(pair->object, MP_QSTR_bytes_in, pair->bytes);
        edge_add(pair->object, MP_QSTR_replays, pair->replays);
        edge_add(pair->object, MP_QSTR_auth_failures, pair->auth_failures);
    }
    pair->object = MP_OBJ_NULL;
}

// As ReplayWindow.fresh and .mark (RFC 4303 3.4.3, the ring of RFC 6479).
static bool fresh(const inbound_t *pair, uint32_t sequence) {
    if (sequence > pair->top) {
        return true;
    }
    if (sequence == 0 || pair->top - sequence >= pair->size) {
        return false;
    }
    return !(pair->ring[(sequence >> 3) & pair->mask] & 1 << (sequence & 7));
}

static void mark(inbound_t *pair, uint32_t sequence) {
    uint32_t block = sequence >> 3;
    if (sequence > pair->top) {
        // Stored before the ring changes: whatever is raised from here on, window and ring agree.
        mp_store_attr(pair->window, MP_QSTR_top, mp_obj_new_int_from_uint(sequence));
        uint32_t behind = pair->top >> 3;
        uint32_t steps = MIN(block - behind, pair->mask + 1);
        for (uint32_t i = 0; i < steps; i++) {
            pair->ring[(block - i) & pair->mask] = 0;
        }
        pair->top = sequence;
    }
    pair->ring[block & pair->mask] |= 1 << (sequence & 7);
    pair->marked = true;
}

// What became of an ESP packet.
typedef enum { DROPPED, OPENED, FOR_THE_TABLE } verdict_t;

// `*inner` and `*length`: the inner packet of an opened one. Nothing was changed for one that the table shall see.
static verdict_t open_esp(inbound_t *pair, mp_obj_t by_spi, mp_obj_t now, const uint8_t *esp, size_t esp_length,
    const uint8_t **inner, size_t *length) {
    if (esp_length < 8) {
        return FOR_THE_TABLE;
    }
    uint32_t spi = (uint32_t)esp[0] << 24 | esp[1] << 16 | esp[2] << 8 | esp[3];
    uint32_t sequence = (uint32_t)esp[4] << 24 | esp[5] << 16 | esp[6] << 8 | esp[7];
    if (pair->object == MP_OBJ_NULL || spi != pair->spi) {
        mp_map_elem_t *found =
            mp_map_lookup(mp_obj_dict_get_map(by_spi), mp_obj_new_int_from_uint(spi), MP_MAP_LOOKUP);
        if (found == NULL) {
            return FOR_THE_TABLE;
        }
        pair_close(pair, now);
        pair_open(pair, found->value, spi);
    }
    if (pair->esp == NULL || pair->bytes_left == 0) {
        return FOR_THE_TABLE;
    }
    if (!fresh(pair, sequence)) {
        pair->replays++;
        return DROPPED;
    }
    size_t payload;
    uint8_t next_header;
    if (!edge_esp_open(pair->esp, esp, esp_length, inner, &payload, &next_header)) {
        pair->auth_failures++;
        return DROPPED;
    }
    if (next_header != EDGE_NEXT_HEADER_IPV4 || !edge_is_ipv4(*inner, payload)) {
        return FOR_THE_TABLE;
    }
    // The inner packet's own length says where it ends; what follows it is traffic flow padding (RFC 4303 2.7).
    const uint8_t *data = *inner;
    *length = (size_t)data[2] << 8 | data[3];
    if (*length > payload || *length < (size_t)(data[0] & 15) * 4 || edge_under(pair->flows, data + 12, 8) == MP_OBJ_NULL) {
        return FOR_THE_TABLE;
    }
    mark(pair, sequence);
    pair->packets++;
    pair->bytes += *length;
    pair->bytes_left -= MIN(pair->bytes_left, *length);
    return OPENED;
}

// inward(tun, table, budget, ike, raw): open what the socket has and write it to the device. Returns 0: that was all, or the
// budget is used up; a length: an IKE datagram, in `ike`, its marker included; less than 0: the length of an ESP packet, in
// `packet` from its SPI on, that the table has to open. For both `source` says who sent it. raw: the socket of protocol 50.
static mp_obj_t inward(size_t count, const mp_obj_t *args) {
    (void)count;
    edge_mover_t *self = MP_OBJ_TO_PTR(args[0]);
    int tun = mp_obj_get_int(args[1]);
    mp_obj_t table = args[2], by_spi = edge_get(table, MP_QSTR_by_spi), now = edge_get(table, MP_QSTR_now);
    unsigned budget = mp_obj_get_int(args[3]);
    mp_buffer_info_t ike;
    mp_get_buffer_raise(args[4], &ike, MP_BUFFER_WRITE);
    bool raw = mp_obj_is_true(args[5]);
    inbound_t pair = {0};
    mp_int_t result = 0;
    self->idle = false;
    for (self->moved = 0; self->moved < budget && result == 0;) {
        struct sockaddr_in from = {0};
        socklen_t from_length = sizeof(from);
        EDGE_FENCE(edge_packet, sizeof(edge_packet));
        ssize_t length =
            recvfrom(raw ? self->raw : self->natt, edge_packet, sizeof(edge_packet), 0, (struct sockaddr *)&from, &from_length);
        if (length < 0) {
            self->idle = self->moved == 0;
            break;
        }
        EDGE_FENCE(edge_packet, length);
        self->moved++;
        memcpy(self->source, &from.sin_addr, 4);
        self->port = ntohs(from.sin_port);
        const uint8_t *esp = edge_packet;
        if (raw) { // whole IPv4 packets
            size_t header = length > 0 ? (size_t)(edge_packet[0] & 15) * 4 : 0;
            if (header < IPV4_HEADER_LEAST || header > (size_t)length) {
                continue;
            }
            esp += header;
            length -= header;
        } else if (length < 8) {
            continue; // RFC 3948 2.3: one byte is a keepalive
        } else if (memcmp(edge_packet, "\0\0\0\0", MARKER_BYTES) == 0) {
            // One that is longer than `ike` is cut, which its header's length will show.
            result = MIN((size_t)length, ike.len);
            memcpy(ike.buf, edge_packet, result);
            break;
        }
        const uint8_t *inner;
        size_t inner_length;
        verdict_t verdict = open_esp(&pair, by_spi, now, esp, length, &inner, &inner_length);
        if (verdict == OPENED && write(tun, inner, inner_length) == -1) {
            edge_tell(table, MP_QSTR_deliver_failed, MP_OBJ_NULL, 0);
        } else if (verdict == FOR_THE_TABLE) {
            memmove(edge_packet, esp, length);
            result = -length;
        }
    }
    pair_close(&pair, now);
    return MP_OBJ_NEW_SMALL_INT(result);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_inward_obj, 6, 6, inward);
