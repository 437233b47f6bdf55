#include "mover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "esp_object.h"
#include "py/objstr.h"
#include "py/runtime.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT (103) // linux/udp.h
#endif
#define UDP_LEVEL (17)
#define BATCH_BYTES (60000) // sealed packets that wait to be sent in one call; a UDP payload holds 65507
#define MARKER_BYTES (4)    // RFC 3948 2.2: zeros where ESP has its SPI
#define IPV4_HEADER_LEAST (20)

// One agent is in a process: its packets pass here one after the other. Only what they touch becomes memory.
static uint8_t packet[EDGE_PACKET_MOST];
static uint8_t sealed[BATCH_BYTES + EDGE_PACKET_MOST + EDGE_ESP_EXTRA];

typedef struct {
    mp_obj_base_t base;
    int natt;          // the socket of port 4500
    int raw;           // the socket of protocol 50, -1: none
    bool segments;     // the kernel takes many datagrams at once (UDP_SEGMENT, udp(7))
    bool idle;         // the last call of `inward` found nothing at all
    uint16_t moved;    // packets that the last call took
    uint8_t source[4]; // of the datagram that was handed back
    uint16_t port;
} mover_t;

// The pair at hand, read from its Python object once for a run of packets, and written back before anybody else looks.
typedef struct {
    mp_obj_t object; // MP_OBJ_NULL: none
    edge_esp_t *esp;
    uint32_t spi;
    uint32_t packets; // counted here, not yet there
    uint32_t bytes;
    // Outward.
    mp_obj_t to;
    bool encapsulated;
    struct sockaddr_in where;
    uint32_t sequence;
    uint32_t sequence_left; // packets until something is due
    uint64_t bytes_left;
    // Inward.
    mp_obj_t flows;
    mp_obj_t window;
    uint32_t top, size, mask;
    uint8_t *ring;
    uint32_t replays;
    uint32_t auth_failures;
    bool marked;
} pair_t;

// Sealed packets of one size, one behind the other, that wait to be sent.
typedef struct {
    size_t end; // they begin at sealed[0]
    size_t segment;
    unsigned number;
    mp_obj_t to;
    bool encapsulated;
    struct sockaddr_in where;
} batch_t;

static mp_obj_t get(mp_obj_t object, qstr name) {
    return mp_load_attr(object, name);
}

// A Python int from 0, of any length; what is larger than 63 bits counts as that.
static uint64_t whole(mp_obj_t value) {
    uint8_t bytes[8];
    if (mp_obj_is_small_int(value)) {
        mp_int_t small = MP_OBJ_SMALL_INT_VALUE(value);
        return small < 0 ? 0 : (uint64_t)small;
    }
    if (!mp_obj_int_to_bytes_impl(value, true, sizeof(bytes), bytes)) {
        return INT64_MAX;
    }
    uint64_t found = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        found = found << 8 | bytes[i];
    }
    return found;
}

static void add(mp_obj_t object, qstr name, uint32_t more) {
    if (more != 0) {
        mp_store_attr(object, name, mp_binary_op(MP_BINARY_OP_ADD, get(object, name), mp_obj_new_int_from_uint(more)));
    }
}

// The value of a dict under 8 or 4 bytes, without making a bytes object of them. MP_OBJ_NULL: not there.
static mp_obj_t under(mp_obj_t dict, const uint8_t *bytes, size_t length) {
    mp_obj_str_t key = {{&mp_type_bytes}, qstr_compute_hash(bytes, length), length, bytes};
    mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(dict), MP_OBJ_FROM_PTR(&key), MP_MAP_LOOKUP);
    return found == NULL ? MP_OBJ_NULL : found->value;
}

static bool ipv4(const uint8_t *data, size_t length) {
    return length >= IPV4_HEADER_LEAST && data[0] >= 0x45 && data[0] <= 0x4f;
}

// The transform of a pair; NULL where it is not ours, so that the table has to do it.
static edge_esp_t *esp_of(mp_obj_t state) {
    if (!mp_obj_is_type(state, &edge_esp_type)) {
        return NULL;
    }
    edge_esp_obj_t *object = MP_OBJ_TO_PTR(state);
    return object->esp.kind == EDGE_ESP_WIPED ? NULL : &object->esp;
}

static void failed(mp_obj_t table, qstr method, mp_obj_t to, unsigned number) {
    mp_obj_t call[4];
    mp_load_method(table, method, call);
    if (to == MP_OBJ_NULL) {
        mp_call_method_n_kw(0, 0, call);
        return;
    }
    call[2] = to;
    call[3] = MP_OBJ_NEW_SMALL_INT(number);
    mp_call_method_n_kw(2, 0, call);
}

// Where a pair's `to` = (in UDP, 4-byte address, port) leads; true: in UDP.
static bool destination(mp_obj_t to, struct sockaddr_in *where) {
    mp_obj_t *parts;
    mp_obj_get_array_fixed_n(to, 3, &parts);
    bool encapsulated = mp_obj_is_true(parts[0]);
    mp_buffer_info_t address;
    mp_get_buffer_raise(parts[1], &address, MP_BUFFER_READ);
    memset(where, 0, sizeof(*where));
    where->sin_family = AF_INET;
    memcpy(&where->sin_addr, address.buf, MIN(address.len, 4));
    where->sin_port = encapsulated ? htons(mp_obj_get_int(parts[2])) : 0;
    return encapsulated;
}

// --- outward ----------------------------------------------------------------------------------------------------------------

static void outward_open(pair_t *pair, mp_obj_t object) {
    memset(pair, 0, sizeof(*pair));
    pair->object = object;
    pair->esp = esp_of(get(object, MP_QSTR_state_out));
    pair->spi = (uint32_t)whole(get(object, MP_QSTR_spi_out));
    uint64_t sequence = whole(get(object, MP_QSTR_sequence)), watch = whole(get(object, MP_QSTR_watch_sequence));
    uint64_t bytes = whole(get(object, MP_QSTR_bytes_out)), edge = whole(get(object, MP_QSTR_watch_bytes_out));
    pair->sequence = (uint32_t)sequence;
    // The table looks closer at a packet with sequence + 1 >= watch or bytes >= edge.
    pair->sequence_left = watch > sequence + 1 ? (uint32_t)MIN(watch - sequence - 1, UINT32_MAX - sequence) : 0;
    pair->bytes_left = edge > bytes ? edge - bytes : 0;
    pair->to = get(object, MP_QSTR_to);
    pair->encapsulated = destination(pair->to, &pair->where);
}

static void outward_close(pair_t *pair, mp_obj_t now) {
    if (pair->object != MP_OBJ_NULL && pair->packets != 0) {
        mp_store_attr(pair->object, MP_QSTR_sequence, mp_obj_new_int_from_uint(pair->sequence));
        mp_store_attr(pair->object, MP_QSTR_last_out, now);
        add(pair->object, MP_QSTR_packets_out, pair->packets);
        add(pair->object, MP_QSTR_bytes_out, pair->bytes);
    }
    pair->object = MP_OBJ_NULL;
}

static bool refused_by_icmp(int error) {
    // About an earlier packet, maybe to another peer: such an error fails the next call, once (ip(7)).
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EPROTO || error == EMSGSIZE;
}

// False: errno says why.
static bool put(int fd, const uint8_t *data, size_t length, size_t segment, struct sockaddr_in *where) {
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr aligned;
    } control;
    struct iovec part = {(void *)data, length};
    struct msghdr message = {.msg_name = where, .msg_namelen = sizeof(*where), .msg_iov = &part, .msg_iovlen = 1};
    if (length > segment) {
        memset(&control, 0, sizeof(control));
        control.aligned.cmsg_level = UDP_LEVEL;
        control.aligned.cmsg_type = UDP_SEGMENT;
        control.aligned.cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t size = segment;
        memcpy(CMSG_DATA(&control.aligned), &size, sizeof(size));
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
    }
    if (sendmsg(fd, &message, 0) != -1) {
        return true;
    }
    return refused_by_icmp(errno) && sendmsg(fd, &message, 0) != -1;
}

// Send what waits. What the network does not take is lost, as on any router, and counted.
static void flush(mover_t *self, batch_t *batch, mp_obj_t table) {
    if (batch->number == 0) {
        return;
    }
    int fd = batch->encapsulated ? self->natt : self->raw;
    const uint8_t *data = sealed;
    size_t length = batch->end;
    unsigned lost = 0;
    bool one_by_one = batch->number == 1;
    if (!one_by_one && !put(fd, data, length, batch->segment, &batch->where)) {
        // Too large for the path just now, or a device below that cannot: one by one the kernel manages.
        one_by_one = errno == EMSGSIZE || errno == EINVAL || errno == EIO || errno == EOPNOTSUPP;
        self->segments = !one_by_one || errno == EMSGSIZE;
        lost = one_by_one ? 0 : batch->number;
    }
    for (size_t at = 0; one_by_one && at < length; at += batch->segment) {
        size_t size = MIN(batch->segment, length - at);
        lost += fd == -1 || !put(fd, data + at, size, size, &batch->where);
    }
    mp_obj_t to = batch->to;
    batch->number = 0;
    batch->end = 0;
    if (lost != 0) {
        failed(table, MP_QSTR_send_failed, to, lost);
    }
}

static void enqueue(mover_t *self, batch_t *batch, const pair_t *pair, size_t length, mp_obj_t table) {
    if (batch->number == 0) {
        batch->segment = length;
        batch->to = pair->to;
        batch->encapsulated = pair->encapsulated;
        batch->where = pair->where;
    }
    batch->number++;
    batch->end += length;
    // A shorter one can only be the last.
    if (length < batch->segment || batch->end > BATCH_BYTES || !self->segments || !batch->encapsulated) {
        flush(self, batch, table);
    }
}

// outward(tun, table, budget): seal and send what the device has. Returns 0: that was all, or the budget is used up; -1: the
// device is gone; else the length of a packet, in `packet`, that the table has to seal. `moved` counts them, that one included.
static mp_obj_t mover_outward(size_t count, const mp_obj_t *args) {
    (void)count;
    mover_t *self = MP_OBJ_TO_PTR(args[0]);
    int tun = mp_obj_get_int(args[1]);
    mp_obj_t table = args[2], flows = get(table, MP_QSTR_flows), now = get(table, MP_QSTR_now);
    unsigned budget = mp_obj_get_int(args[3]);
    pair_t pair = {0};
    batch_t batch = {0};
    mp_int_t result = 0;
    for (self->moved = 0; self->moved < budget && result == 0;) {
        EDGE_FENCE(packet, sizeof(packet));
        ssize_t length = read(tun, packet, sizeof(packet));
        if (length < 0) {
            result = errno == EAGAIN || errno == EINTR ? 0 : -1;
            break;
        }
        EDGE_FENCE(packet, length);
        self->moved++;
        result = length; // unless it needs nobody
        mp_obj_t object = ipv4(packet, length) ? under(flows, packet + 12, 8) : MP_OBJ_NULL;
        if (object == MP_OBJ_NULL) {
            continue;
        }
        if (object != pair.object) {
            outward_close(&pair, now);
            outward_open(&pair, object);
        }
        if (pair.esp == NULL || pair.sequence_left == 0 || pair.bytes_left == 0) {
            continue;
        }
        size_t size = edge_esp_sealed(pair.esp, length);
        if (batch.number != 0 && (size > batch.segment || pair.to != batch.to || batch.end + size > BATCH_BYTES)) {
            flush(self, &batch, table);
        }
        // Counted before it is sealed: whatever happens then, this number is never used again (GCM's IV is the number).
        pair.sequence++;
        pair.sequence_left--;
        pair.bytes_left -= MIN(pair.bytes_left, (size_t)length);
        pair.packets++;
        pair.bytes += length;
        size = edge_esp_seal(pair.esp, pair.spi, pair.sequence, packet, length, sealed + batch.end);
        if (size == 0) {
            failed(table, MP_QSTR_send_failed, pair.to, 1);
        } else {
            enqueue(self, &batch, &pair, size, table);
        }
        result = 0;
    }
    flush(self, &batch, table);
    outward_close(&pair, now);
    return MP_OBJ_NEW_SMALL_INT(result);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mover_outward_obj, 4, 4, mover_outward);

// send(length, to, table): what the table has sealed into `sealed`.
static mp_obj_t mover_send(size_t count, const mp_obj_t *args) {
    (void)count;
    mover_t *self = MP_OBJ_TO_PTR(args[0]);
    pair_t pair = {.to = args[2]};
    pair.encapsulated = destination(pair.to, &pair.where);
    batch_t batch = {0};
    enqueue(self, &batch, &pair, MIN((size_t)mp_obj_get_int(args[1]), sizeof(sealed)), args[3]);
    flush(self, &batch, args[3]);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mover_send_obj, 4, 4, mover_send);

// --- inward -----------------------------------------------------------------------------------------------------------------

static void inward_open(pair_t *pair, mp_obj_t object, uint32_t spi) {
    memset(pair, 0, sizeof(*pair));
    pair->object = object;
    pair->spi = spi;
    pair->esp = esp_of(get(object, MP_QSTR_state_in));
    uint64_t bytes = whole(get(object, MP_QSTR_bytes_in)), edge = whole(get(object, MP_QSTR_watch_bytes_in));
    pair->bytes_left = edge > bytes ? edge - bytes : 0;
    pair->flows = get(object, MP_QSTR_flows);
    pair->window = get(object, MP_QSTR_window);
    pair->top = (uint32_t)whole(get(pair->window, MP_QSTR_top));
    pair->size = (uint32_t)whole(get(pair->window, MP_QSTR_size));
    mp_buffer_info_t ring;
    mp_get_buffer_raise(get(pair->window, MP_QSTR_ring), &ring, MP_BUFFER_RW);
    pair->ring = ring.buf;
    pair->mask = ring.len - 1; // a power of two
}

static void inward_close(pair_t *pair, mp_obj_t now) {
    if (pair->object != MP_OBJ_NULL) {
        if (pair->marked) {
            mp_store_attr(pair->window, MP_QSTR_top, mp_obj_new_int_from_uint(pair->top));
            mp_store_attr(pair->object, MP_QSTR_last_in, now);
        }
        add(pair->object, MP_QSTR_packets_in, pair->packets);
        add(pair->object, MP_QSTR_bytes_in, pair->bytes);
        add(pair->object, MP_QSTR_replays, pair->replays);
        add(pair->object, MP_QSTR_auth_failures, pair->auth_failures);
    }
    pair->object = MP_OBJ_NULL;
}

// As ReplayWindow.fresh and .mark (RFC 4303 3.4.3, the ring of RFC 6479).
static bool fresh(const pair_t *pair, uint32_t sequence) {
    if (sequence > pair->top) {
        return true;
    }
    if (sequence == 0 || pair->top - sequence >= pair->size) {
        return false;
    }
    return !(pair->ring[(sequence >> 3) & pair->mask] & 1 << (sequence & 7));
}

static void mark(pair_t *pair, uint32_t sequence) {
    uint32_t block = sequence >> 3;
    if (sequence > pair->top) {
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
static verdict_t open_esp(pair_t *pair, mp_obj_t by_spi, mp_obj_t now, const uint8_t *esp, size_t esp_length,
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
        inward_close(pair, now);
        inward_open(pair, found->value, spi);
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
    if (next_header != EDGE_NEXT_HEADER_IPV4 || !ipv4(*inner, payload)) {
        return FOR_THE_TABLE;
    }
    // The inner packet's own length says where it ends; what follows it is traffic flow padding (RFC 4303 2.7).
    const uint8_t *data = *inner;
    *length = (size_t)data[2] << 8 | data[3];
    if (*length > payload || *length < (size_t)(data[0] & 15) * 4 || under(pair->flows, data + 12, 8) == MP_OBJ_NULL) {
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
static mp_obj_t mover_inward(size_t count, const mp_obj_t *args) {
    (void)count;
    mover_t *self = MP_OBJ_TO_PTR(args[0]);
    int tun = mp_obj_get_int(args[1]);
    mp_obj_t table = args[2], by_spi = get(table, MP_QSTR_by_spi), now = get(table, MP_QSTR_now);
    unsigned budget = mp_obj_get_int(args[3]);
    mp_buffer_info_t ike;
    mp_get_buffer_raise(args[4], &ike, MP_BUFFER_WRITE);
    bool raw = mp_obj_is_true(args[5]);
    pair_t pair = {0};
    mp_int_t result = 0;
    self->idle = false;
    for (self->moved = 0; self->moved < budget && result == 0;) {
        struct sockaddr_in from = {0};
        socklen_t from_length = sizeof(from);
        EDGE_FENCE(packet, sizeof(packet));
        ssize_t length =
            recvfrom(raw ? self->raw : self->natt, packet, sizeof(packet), 0, (struct sockaddr *)&from, &from_length);
        if (length < 0) {
            self->idle = self->moved == 0;
            break;
        }
        EDGE_FENCE(packet, length);
        self->moved++;
        memcpy(self->source, &from.sin_addr, 4);
        self->port = ntohs(from.sin_port);
        const uint8_t *esp = packet;
        if (raw) { // whole IPv4 packets
            size_t header = length > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
            if (header < IPV4_HEADER_LEAST || header > (size_t)length) {
                continue;
            }
            esp += header;
            length -= header;
        } else if (length < 8) {
            continue; // RFC 3948 2.3: one byte is a keepalive
        } else if (memcmp(packet, "\0\0\0\0", MARKER_BYTES) == 0) {
            // One that is longer than `ike` is cut, which its header's length will show.
            result = MIN((size_t)length, ike.len);
            memcpy(ike.buf, packet, result);
            break;
        }
        const uint8_t *inner;
        size_t inner_length;
        verdict_t verdict = open_esp(&pair, by_spi, now, esp, length, &inner, &inner_length);
        if (verdict == OPENED && write(tun, inner, inner_length) == -1) {
            failed(table, MP_QSTR_deliver_failed, MP_OBJ_NULL, 0);
        } else if (verdict == FOR_THE_TABLE) {
            memmove(packet, esp, length);
            result = -length;
        }
    }
    inward_close(&pair, now);
    return MP_OBJ_NEW_SMALL_INT(result);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mover_inward_obj, 6, 6, mover_inward);

// --- the object -------------------------------------------------------------------------------------------------------------

// Mover(natt): for the socket of port 4500. `raw`: the descriptor of the other one, -1 none.
static mp_obj_t mover_make_new(const mp_obj_type_t *type, size_t count, size_t named, const mp_obj_t *args) {
    mp_arg_check_num(count, named, 1, 1, false);
    mover_t *self = mp_obj_malloc(mover_t, type);
    self->natt = mp_obj_get_int(args[0]);
    self->raw = -1;
    self->idle = false;
    self->moved = 0;
    self->port = 0;
    memset(self->source, 0, 4);
    // An older kernel would not refuse the request but send one huge datagram.
    int value;
    socklen_t size = sizeof(value);
    self->segments = getsockopt(self->natt, UDP_LEVEL, UDP_SEGMENT, &value, &size) == 0;
    return MP_OBJ_FROM_PTR(self);
}

static void mover_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    mover_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (name == MP_QSTR_raw && dest[1] != MP_OBJ_NULL) {
            self->raw = mp_obj_get_int(dest[1]);
            dest[0] = MP_OBJ_NULL; // done
        }
        return;
    }
    if (name == MP_QSTR_raw) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->raw);
    } else if (name == MP_QSTR_idle) {
        dest[0] = mp_obj_new_bool(self->idle);
    } else if (name == MP_QSTR_moved) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->moved);
    } else if (name == MP_QSTR_packet) {
        dest[0] = mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, sizeof(packet), packet);
    } else if (name == MP_QSTR_sealed) {
        dest[0] = mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, sizeof(sealed), sealed);
    } else if (name == MP_QSTR_source) {
        mp_obj_t parts[2] = {mp_obj_new_bytes(self->source, 4), MP_OBJ_NEW_SMALL_INT(self->port)};
        dest[0] = mp_obj_new_tuple(2, parts);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

static const mp_rom_map_elem_t mover_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_outward), MP_ROM_PTR(&mover_outward_obj)},
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&mover_send_obj)},
    {MP_ROM_QSTR(MP_QSTR_inward), MP_ROM_PTR(&mover_inward_obj)},
};
static MP_DEFINE_CONST_DICT(mover_locals, mover_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(edge_mover_type, MP_QSTR_Mover, MP_TYPE_FLAG_NONE, make_new, mover_make_new, attr, mover_attr,
    locals_dict, &mover_locals);
