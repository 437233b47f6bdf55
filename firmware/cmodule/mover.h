// Moves packets between the TUN device and the sockets, as many a call as there are (DESIGN: `outward`, `inward`).
//
// It does what needs no decision: packets of a flow that the table has admitted, of a pair that nothing is due for. It reads and
// writes the same attributes of the same objects as agent/ezvpn/dataplane/sa_table.py does; whatever else comes is handed to that
// table as it came, with nothing changed before.
#pragma once

#include "py/obj.h"

extern const mp_obj_type_t edge_mover_type;
