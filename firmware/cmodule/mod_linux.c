// `_edgec`: the system calls of Linux that MicroPython has no module for.
//
// Belongs here: one call each, OSError(errno) where it fails. What would block (EAGAIN) is None, so that nobody pays for an
// exception in every turn. Data is anything with a buffer.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "heap.h"
#include "mod_edgec.h"
#include "py/mphal.h"
#include "py/runtime.h"

#define STACK_KEPT (8192) // below the present call: in use, or soon again
#define CONTROL_BYTES (512) // of ancillary data, in one message

static mp_obj_t done(long result) {
    if (result == -1) {
        mp_raise_OSError(errno);
    }
    return mp_obj_new_int(result);
}

static mp_obj_t moved(ssize_t length) {
    if (length == -1) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return mp_const_none;
        }
        mp_raise_OSError(errno);
    }
    return MP_OBJ_NEW_SMALL_INT(length);
}

// open(path, flags[, mode]) -> fd, closed when a program takes our place
static mp_obj_t edgec_open(size_t count, const mp_obj_t *args) {
    int flags = mp_obj_get_int(args[1]) | O_CLOEXEC;
    return done(open(mp_obj_str_get_str(args[0]), flags, count > 2 ? (mode_t)mp_obj_get_int(args[2]) : 0600));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_open_obj, 2, 3, edgec_open);

static mp_obj_t edgec_close(mp_obj_t fd) {
    return done(close(mp_obj_get_int(fd)));
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_close_obj, edgec_close);

// read(fd, buffer) -> bytes read, None: nothing yet
static mp_obj_t edgec_read(mp_obj_t fd, mp_obj_t into) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(into, &data, MP_BUFFER_WRITE);
    return moved(read(mp_obj_get_int(fd), data.buf, data.len));
}
MP_DEFINE_CONST_FUN_OBJ_2(edgec_read_obj, edgec_read);

// write(fd, data) -> bytes written, None: no room
static mp_obj_t edgec_write(mp_obj_t fd, mp_obj_t from) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(from, &data, MP_BUFFER_READ);
    return moved(write(mp_obj_get_int(fd), data.buf, data.len));
}
MP_DEFINE_CONST_FUN_OBJ_2(edgec_write_obj, edgec_write);

// ioctl(fd, request, argument): a number, or a buffer that the kernel reads and writes
static mp_obj_t edgec_ioctl(mp_obj_t fd, mp_obj_t request, mp_obj_t argument) {
    unsigned int code = mp_obj_get_int_truncated(request);
    mp_buffer_info_t data;
    if (mp_get_buffer(argument, &data, MP_BUFFER_RW)) {
        return done(ioctl(mp_obj_get_int(fd), code, data.buf));
    }
    return done(ioctl(mp_obj_get_int(fd), code, (long)mp_obj_get_int(argument)));
}
MP_DEFINE_CONST_FUN_OBJ_3(edgec_ioctl_obj, edgec_ioctl);

// sendmsg(fd, data, address, ancillary) -> bytes sent. address: a struct sockaddr in bytes, or None; ancillary: a list of
// (level, type, data)
static mp_obj_t edgec_sendmsg(size_t count, const mp_obj_t *args) {
    (void)count;
    mp_buffer_info_t data, address = {0};
    mp_get_buffer_raise(args[1], &data, MP_BUFFER_READ);
    if (args[2] != mp_const_none) {
        mp_get_buffer_raise(args[2], &address, MP_BUFFER_READ);
    }
    union {
        char bytes[CONTROL_BYTES];
        struct cmsghdr aligned;
    } control;
    memset(&control, 0, sizeof(control));
    struct iovec part = {data.buf, data.len};
    struct msghdr message = {.msg_name = address.buf, .msg_namelen = address.len, .msg_iov = &part, .msg_iovlen = 1};
    size_t number, used = 0;
    mp_obj_t *rows;
    mp_obj_get_array(args[3], &number, &rows);
    for (size_t i = 0; i < number; i++) {
        mp_obj_t *row;
        mp_buffer_info_t value;
        mp_obj_get_array_fixed_n(rows[i], 3, &row);
        mp_get_buffer_raise(row[2], &value, MP_BUFFER_READ);
        if (value.len > CONTROL_BYTES || used + CMSG_SPACE(value.len) > sizeof(control.bytes)) {
            mp_raise_OSError(ENOBUFS);
        }
        struct cmsghdr *header = (struct cmsghdr *)(control.bytes + used);
        header->cmsg_level = mp_obj_get_int(row[0]);
        header->cmsg_type = mp_obj_get_int(row[1]);
        header->cmsg_len = CMSG_LEN(value.len);
        memcpy(CMSG_DATA(header), value.buf, value.len);
        used += CMSG_SPACE(value.len);
    }
    if (used != 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = used;
    }
    return moved(sendmsg(mp_obj_get_int(args[0]), &message, 0));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_sendmsg_obj, 4, 4, edgec_sendmsg);

// recvmsg(fd, buffer, flags) -> (length, address, ancillary, flags), None: nothing there
static mp_obj_t edgec_recvmsg(size_t count, const mp_obj_t *args) {
    (void)count;
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[1], &data, MP_BUFFER_WRITE);
    union {
        char bytes[CONTROL_BYTES];
        struct cmsghdr aligned;
    } control;
    struct sockaddr_storage address;
    struct iovec part = {data.buf, data.len};
    struct msghdr message = {
        .msg_name = &address,
        .msg_namelen = sizeof(address),
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof(control.bytes),
    };
    ssize_t length = recvmsg(mp_obj_get_int(args[0]), &message, mp_obj_get_int(args[2]));
    if (length == -1) {
        return moved(length);
    }
    mp_obj_t found = mp_obj_new_list(0, NULL);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        mp_obj_t row[3] = {
            MP_OBJ_NEW_SMALL_INT(header->cmsg_level),
            MP_OBJ_NEW_SMALL_INT(header->cmsg_type),
            mp_obj_new_bytes(CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0)),
        };
        mp_obj_list_append(found, mp_obj_new_tuple(3, row));
    }
    mp_obj_t answer[4] = {
        MP_OBJ_NEW_SMALL_INT(length),
        mp_obj_new_bytes((const byte *)&address, message.msg_namelen),
        found,
        MP_OBJ_NEW_SMALL_INT(message.msg_flags),
    };
    return mp_obj_new_tuple(4, answer);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_recvmsg_obj, 3, 3, edgec_recvmsg);

// signalfd(numbers) -> a descriptor to poll; each read of 128 bytes begins with a signal's number. They do nothing else then.
static mp_obj_t edgec_signalfd(mp_obj_t numbers) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(numbers, &count, &items);
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) {
        sigaddset(&set, mp_obj_get_int(items[i]));
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) {
        mp_raise_OSError(errno);
    }
    return done(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_signalfd_obj, edgec_signalfd);

// boottime() -> ms since the machine was started, time asleep included
static mp_obj_t edgec_boottime(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return mp_obj_new_int_from_ll((long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}
MP_DEFINE_CONST_FUN_OBJ_0(edgec_boottime_obj, edgec_boottime);

// The pages of the heap that take memory, as far as the kernel tells.
static size_t heap_pages(void) {
    size_t page = sysconf(_SC_PAGESIZE), touched = 0;
    unsigned char map[256];
    for (size_t at = 0; at < ezvpn_heap_bytes; at += sizeof(map) * page) {
        size_t pages = MIN(sizeof(map), (ezvpn_heap_bytes - at + page - 1) / page);
        if (mincore(ezvpn_heap + at, MIN(pages * page, ezvpn_heap_bytes - at), map) == -1) {
            break;
        }
        for (size_t i = 0; i < pages; i++) {
            touched += map[i] & 1;
        }
    }
    return touched;
}

static size_t most_pages;

// heap_peak() -> bytes of the heap that were in use at once, in pages
static mp_obj_t edgec_heap_peak(void) {
    most_pages = MAX(most_pages, heap_pages());
    return mp_obj_new_int_from_uint(most_pages * sysconf(_SC_PAGESIZE));
}
MP_DEFINE_CONST_FUN_OBJ_0(edgec_heap_peak_obj, edgec_heap_peak);

// What deeper calls have left behind below this one: a start's imports go deep. Pages that were never there: ENOMEM, for nothing.
static void stack_trim(size_t page) {
    byte here;
    uintptr_t least = (uintptr_t)MP_STATE_THREAD(stack_top) - MP_STATE_THREAD(stack_limit), end = (uintptr_t)&here - STACK_KEPT;
    least &= ~(page - 1);
    end &= ~(page - 1);
    if (least < end) {
        madvise((void *)least, end - least, MADV_DONTNEED);
    }
}

// heap_trim(): what the collector has freed goes back to the machine, as far as it fills pages, and so does unused stack
static mp_obj_t edgec_heap_trim(void) {
    most_pages = MAX(most_pages, heap_pages());
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    size_t page = sysconf(_SC_PAGESIZE);
    stack_trim(page);
    // Two bits a block in the collector's table, 00: free.
    size_t table_bytes = page / MICROPY_BYTES_PER_GC_BLOCK / 4;
    byte *first = NULL;
    byte *at = (byte *)(((uintptr_t)area->gc_pool_start + page - 1) & ~(page - 1));
    for (; at + page <= area->gc_pool_end; at += page) {
        const byte *marks = area->gc_alloc_table_start + (at - area->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK / 4;
        bool free = true;
        for (size_t i = 0; i < table_bytes && free; i++) {
            free = marks[i] == 0;
        }
        if (free && first == NULL) {
            first = at;
        } else if (!free && first != NULL) {
            madvise(first, at - first, MADV_DONTNEED);
            first = NULL;
        }
    }
    if (first != NULL) {
        madvise(first, at - first, MADV_DONTNEED);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(edgec_heap_trim_obj, edgec_heap_trim);

// fsync(path): a folder or a file
static mp_obj_t edgec_fsync(mp_obj_t path) {
    int fd = open(mp_obj_str_get_str(path), O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        mp_raise_OSError(errno);
    }
    int failed = fsync(fd) == -1 ? errno : 0;
    close(fd);
    if (failed) {
        mp_raise_OSError(failed);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_fsync_obj, edgec_fsync);

static mp_obj_t edgec_chmod(mp_obj_t path, mp_obj_t mode) {
    return done(chmod(mp_obj_str_get_str(path), mp_obj_get_int(mode)));
}
MP_DEFINE_CONST_FUN_OBJ_2(edgec_chmod_obj, edgec_chmod);

// lock(fd) -> bool: False where another process holds it; let go when the descriptor is closed
static mp_obj_t edgec_lock(mp_obj_t fd) {
    if (flock(mp_obj_get_int(fd), LOCK_EX | LOCK_NB) == 0) {
        return mp_const_true;
    }
    if (errno != EWOULDBLOCK) {
        mp_raise_OSError(errno);
    }
    return mp_const_false;
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_lock_obj, edgec_lock);

// mount(source, target, kind, flags, options)
static mp_obj_t edgec_mount(size_t count, const mp_obj_t *args) {
    (void)count;
    return done(mount(mp_obj_str_get_str(args[0]), mp_obj_str_get_str(args[1]), mp_obj_str_get_str(args[2]),
        mp_obj_get_int(args[3]), mp_obj_str_get_str(args[4])));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(edgec_mount_obj, 5, 5, edgec_mount);

// reboot(command): RB_AUTOBOOT … of reboot(2), after a sync
static mp_obj_t edgec_reboot(mp_obj_t command) {
    sync();
    return done(reboot(mp_obj_get_int_truncated(command)));
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_reboot_obj, edgec_reboot);

// settimeofday(ms since 1970)
static mp_obj_t edgec_settimeofday(mp_obj_t ms_in) {
    // Exact, where an interpreter's int has 31 bits: the seconds and the rest are small.
    mp_obj_t thousand = MP_OBJ_NEW_SMALL_INT(1000);
    struct timeval now = {
        .tv_sec = (time_t)(uint32_t)mp_obj_get_int_truncated(mp_binary_op(MP_BINARY_OP_FLOOR_DIVIDE, ms_in, thousand)),
        .tv_usec = mp_obj_get_int(mp_binary_op(MP_BINARY_OP_MODULO, ms_in, thousand)) * 1000,
    };
    return done(settimeofday(&now, NULL));
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_settimeofday_obj, edgec_settimeofday);

// execv(words): the program that words[0] names takes our place; signals are as they were before `signalfd`
static mp_obj_t edgec_execv(mp_obj_t words) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(words, &count, &items);
    const char **argv = m_new0(const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        argv[i] = mp_obj_str_get_str(items[i]);
    }
    if (count == 0) {
        mp_raise_OSError(ENOENT);
    }
    sigset_t none, before;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, &before);
    execv(argv[0], (char *const *)argv);
    int failed = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    mp_raise_OSError(failed);
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_execv_obj, edgec_execv);

static mp_obj_t edgec_strerror(mp_obj_t number) {
    return mp_obj_new_str_from_cstr(strerror(mp_obj_get_int(number)));
}
MP_DEFINE_CONST_FUN_OBJ_1(edgec_strerror_obj, edgec_strerror);
