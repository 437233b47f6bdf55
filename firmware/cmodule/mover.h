// Moves packets between the TUN device and the sockets, as many a call as there are.
//
// It does what needs no decision: packets of a flow that the table has admitted, of a pair that nothing is due for. It reads and
// writes the same attributes of the same objects as agent/ezvpn/dataplane/sa_table.py does; whatever else comes is handed to that
// table as it came, with nothing changed before.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "esp.h"
#include "py/obj.h"

// UDP_SEGMENT of linux/udp.h, since Linux 4.18.
#define EDGE_UDP_LEVEL (17)
#define EDGE_UDP_SEGMENT (103)
#define EDGE_BATCH_BYTES (60000) // sealed packets that wait to be sent in one call; a UDP payload holds 65507

typedef struct {
    mp_obj_base_t base;
    int natt;          // the socket of port 4500
    int raw;           // the socket of protocol 50, -1: none
    bool segments;     // the kernel takes many datagrams at once (UDP_SEGMENT, udp(7))
    bool idle;         // the last call of `inward` found nothing at all
    uint16_t moved;    // packets that the last call took
    uint8_t source[4]; // of the datagram that was handed back
    uint16_t port;
} edge_mover_t;

extern const mp_obj_type_t edge_mover_type;

// One agent is in a process: its packets pass here one after the other. Only what they touch becomes memory.
extern uint8_t edge_packet[EDGE_PACKET_MOST];
extern uint8_t edge_sealed[EDGE_BATCH_BYTES + EDGE_PACKET_MOST + EDGE_ESP_EXTRA];

static inline bool edge_is_ipv4(const uint8_t *data, size_t length) {
    return length >= 20 && data[0] >= 0x45 && data[0] <= 0x4f;
}

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_outward_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_send_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(edge_mover_inward_obj);
