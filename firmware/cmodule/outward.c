// From the TUN device to the network: `Mover.outward` and `Mover.send` (RFC 4303 3.3, RFC 3948 3.4).

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mover.h"
#include "py/runtime.h"
#include "table_objects.h"

// The pair at hand, read from its Python object once for a run of packets, and written back before anybody else looks.
typedef struct {
    mp_obj_t object; // MP_OBJ_NULL: none
    edge_esp_t *esp;
    uint32_t spi;
    uint32_t packets; // counted here, not yet there
    uint32_t bytes;
    uint32_t sequence;
    uint32_t sequence_left; // packets until something is due
    uint64_t bytes_left;
    mp_obj_t to;
    bool encapsulated;
    struct sockaddr_in where;
} outbound_t;

// Sealed packets of one size, one behind the other, that wait to be sent.
typedef struct {
    size_t end; // they begin at edge_sealed[0]
    size_t segment;
    unsigned number;
    mp_obj_t pair; // MP_OBJ_NULL: the table has sealed and counted it
    uint32_t sequence;
    mp_obj_t to;
    bool encapsulated;
    struct sockaddr_in where;
} batch_t;

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

static void pair_open(outbound_t *pair, mp_obj_t object) {
    memset(pair, 0, sizeof(*pair));
    pair->object = object;
    pair->esp = edge_esp_of(edge_get(object, MP_QSTR_state_out));
    pair->spi = (uint32_t)edge_whole(edge_get(object, MP_QSTR_spi_out));
    uint64_t sequence = edge_whole(edge_get(object, MP_QSTR_sequence)), watch = edge_whole(edge_get(object, MP_QSTR_watch_sequence));
    uint64_t bytes = edge_whole(edge_get(object, MP_QSTR_bytes_out)), edge = edge_whole(edge_get(object, MP_QSTR_watch_bytes_out));
    pair->sequence = (uint32_t)sequence;
    // The table looks closer at a packet with sequence + 1 >= watch or bytes >= edge.
    pair->sequence_left = watch > sequence + 1 ? (uint32_t)MIN(watch - sequence - 1, UINT32_MAX - sequence) : 0;
    pair->bytes_left = edge > bytes ? edge - bytes : 0;
    pair->to = edge_get(object, MP_QSTR_to);
    pair->encapsulated = destination(pair->to, &pair->where);
}

static void pair_close(outbound_t *pair, mp_obj_t now) {
    if (pair->object != MP_OBJ_NULL && pair->packets != 0) {
        mp_store_attr(pair->object, MP_QSTR_sequence, mp_obj_new_int_from_uint(pair->sequence));
        mp_store_attr(pair->object, MP_QSTR_last_out, now);
        edge_add(pair->object, MP_QSTR_packets_out, pair->packets);
        edge_add(pair->object, MP_QSTR_bytes_out, pair->bytes);
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
        control.aligned.cmsg_level = EDGE_UDP_LEVEL;
        control.aligned.cmsg_type = EDGE_UDP_SEGMENT;
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
static void flush(edge_mover_t *self, batch_t *batch, mp_obj_t table) {
    if (batch->number == 0) {
        return;
    }
    // Stored before anything leaves: whatever is raised from here on, this number is never used again (GCM's IV is the number).
    if (batch->pair != MP_OBJ_NULL) {
        mp_store_attr(batch->pair, MP_QSTR_sequence, mp_obj_new_int_from_uint(batch->sequence));
    }
    int fd = batch->encapsulated ? self->natt : self->raw;
    const uint8_t *data = edge_sealed;
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
        edge_tell(table, MP_QSTR_send_failed, to, lost);
    }
}

static void enqueue(edge_mover_t *self, batch_t *batch, const outbound_t *pair, size_t length, mp_obj_t table) {
    if (batch->number == 0) {
        batch->segment = length;
        batch->pair = pair->object;
        batch->to = pair->to;
        batch->encapsulated = pair->encapsulated;
        batch->where = pair->where;
    }
    batch->sequence = pair->sequence;
    batch->number++;
    batch->end += length;
    // A shorter one can only be the last.
    if (length < batch->segment || batch->end > EDGE_BATCH_BYTES || !self->segments || !batch->encapsulated) {
        flush(self, batch, table);
    }
}

// outward(tun, table, budget): seal and send what the device has. Returns 0: that was all, or the budget is used up; -1: the
// device is gone; else the length of a packet, in `packet`, that the table has to seal. `moved` counts them, that one included.
static mp_obj_t outward(size_t count, const mp_obj_t *args) {
    (void)count;
    edge_mover_t *self = MP_OBJ_TO_PTR(args[0]);
    int tun = mp_obj_get_int(args[1]);
    mp_obj_t table = args[2], flows = edge_get(table, MP_QSTR_flows), now = edge_get(table, MP_QSTR_now);
    unsigned budget = mp_obj_get_int(args[3]);
    outbound_t pair = {0};
    batch_t batch = {0};
    mp_int_t result = 0;
    for (self->moved = 0; self->moved < budget && result == 0;) {
        EDGE_FENCE(edge_packet, sizeof(edge_packet));
        ssize_t length = read(tun, edge_packet, sizeof(edge_packet));
        if (length < 0) {
            result = errno == EAGAIN || errno == EINTR ? 0 : -1;
            break;
        }
        EDGE_FENCE(edge_packet, length);
        self->moved++;
        result = length; // unless it needs nobody
        mp_obj_t object = edge_is_ipv4(edge_packet, length) ? edge_under(flows, edge_packet + 12, 8) : MP_OBJ_NULL;
        if (object == MP_OBJ_NULL) {
            continue;
        }
        if (object != pair.object) {
            pair_close(&pair, now);
            pair_open(&pair, object);
        }
        if (pair.esp == NULL || pair.sequence_left == 0 || pair.bytes_left == 0) {
            continue;
        }
        size_t size = edge_esp_sealed(pair.esp, length);
        if (batch.number != 0 && (size > batch.segment || pair.object != batch.pair || batch.end + size > EDGE_BATCH_BYTES)) {
            flush(self, &batch, table);
        }
        pair.sequence++;
        pair.sequence_left--;
        pair.bytes_left -= MIN(pair.bytes_left, (size_t)length);
        pair.packets++;
        pair.bytes += length;
        size = edge_esp_seal(pair.esp, pair.spi, pair.sequence, edge_packet, length, edge_sealed + batch.end);
        if (size == 0) {
            edge_tell(table, MP_QSTR_send_failed, pair.to, 1);
        } else {
            enqueue(self, &batch, &pair, size, table);
        }
        result = 0;
    }
    flush(self, &batch, table);
    pair_close(&pair, now);
    return MP_OBJ_NEW_SMALL_INT(result);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_outward_obj, 4, 4, outward);

// send(length, to, table): what the table has edge_sealed into `sealed`.
static mp_obj_t send_sealed(size_t count, const mp_obj_t *args) {
    (void)count;
    edge_mover_t *self = MP_OBJ_TO_PTR(args[0]);
    outbound_t pair = {.to = args[2]};
    pair.encapsulated = destination(pair.to, &pair.where);
    batch_t batch = {0};
    enqueue(self, &batch, &pair, MIN((size_t)mp_obj_get_int(args[1]), sizeof(edge_sealed)), args[3]);
    flush(self, &batch, args[3]);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_send_obj, 4, 4, send_sealed);
