// The program of the device: runs the frozen `ezvpn.__main__` with the words of its command line.
//
//   ezvpn-edge WORDS …              as `micropython -m ezvpn WORDS …`
//   ezvpn-edge -m MODULE WORDS …    another module; with MICROPYPATH=DIR:… compiled .mpy files out of these folders, too
//
// EZVPN_HEAP_KB is the size of the heap in KiB. It is mapped, not used: the machine has no less memory before it is needed.
// TERM ends the agent as INT does: KeyboardInterrupt between two bytecodes; a second one while the first waits changes nothing.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cold.h"
#include "heap.h"
#include "py/builtin.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "extmod/vfs_posix.h"

#define HEAP_KB_LEAST (512)
#define HEAP_KB_MOST (1024 * 1024)
// Enough for the agent with consoles, recorder and 8 negotiations at once; twice that where pointers are twice as long.
#define HEAP_KB (4096 * (sizeof(void *) / 4))
#define STACK_BYTES (65536 * (sizeof(void *) / 4))
#define EXIT_USAGE (2)

static void stderr_write(void *env, const char *text, size_t length) {
    (void)env;
    ssize_t written;
    MP_HAL_RETRY_SYSCALL(written, write(STDERR_FILENO, text, length), {});
    (void)written;
}

const mp_print_t mp_stderr_print = {NULL, stderr_write};

static void interrupted(int number) {
    (void)number;
    mp_sched_keyboard_interrupt();
}

static void listen_to_signals(void) {
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL); // a write says EPIPE instead
    action.sa_handler = interrupted;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

char *ezvpn_heap;
size_t ezvpn_heap_bytes;

// Bytes of the heap, 0 if EZVPN_HEAP_KB makes no sense.
static size_t heap_bytes(void) {
    const char *said = getenv("EZVPN_HEAP_KB");
    unsigned long kb = HEAP_KB;
    if (said != NULL && *said != '\0') {
        char *end;
        errno = 0;
        kb = strtoul(said, &end, 10);
        if (errno != 0 || *end != '\0' || kb < HEAP_KB_LEAST || kb > HEAP_KB_MOST) {
            return 0;
        }
    }
    return (size_t)kb * 1024;
}

static void mount_files(void) {
    mp_obj_t args[2] = {
        MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_posix, make_new)(&mp_type_vfs_posix, 0, 0, NULL),
        MP_OBJ_NEW_QSTR(MP_QSTR__slash_),
    };
    mp_vfs_mount(2, args, (mp_map_t *)&mp_const_empty_map);
    mp_vfs_mount_t *last = MP_STATE_VM(vfs_mount_table);
    while (last->next != NULL) {
        last = last->next;
    }
    MP_STATE_VM(vfs_cur) = last; // not "/": a chdir there would stay in the working directory of the file system object
}

static void append_path(const char *from, size_t length) {
    mp_obj_list_append(mp_sys_path, mp_obj_new_str_via_qstr(from, length));
}

static void fill_path(void) {
    const char *path = getenv("MICROPYPATH");
    mp_sys_path = mp_obj_new_list(0, NULL);
    if (path == NULL || *path == '\0') {
        append_path(MICROPY_PY_SYS_PATH_DEFAULT, strlen(MICROPY_PY_SYS_PATH_DEFAULT));
        return;
    }
    for (;;) {
        const char *end = strchr(path, ':');
        append_path(path, end == NULL ? strlen(path) : (size_t)(end - path));
        if (end == NULL) {
            return;
        }
        path = end + 1;
    }
}

static void fill_argv(int count, char **words) {
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    for (int i = 0; i < count; i++) {
        mp_obj_list_append(mp_sys_argv, mp_obj_new_str_from_cstr(words[i]));
    }
}

// The exit code that an exception stands for; what is not SystemExit is printed.
static int exit_code(mp_obj_base_t *raised) {
    if (!mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(raised->type), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        mp_obj_print_exception(&mp_stderr_print, MP_OBJ_FROM_PTR(raised));
        return 1;
    }
    mp_obj_t value = mp_obj_exception_get_value(MP_OBJ_FROM_PTR(raised));
    mp_int_t code = 0;
    if (value != mp_const_none && !mp_obj_get_int_maybe(value, &code)) {
        code = 1;
    }
    return (int)(code & 0xff);
}

static int run_module(const char *name) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return exit_code(nlr.ret_val);
    }
    // The last argument False: the module itself is answered, and its __name__ is "__main__".
    mp_obj_t args[4] = {mp_obj_new_str_from_cstr(name), mp_const_none, mp_const_none, mp_const_false};
    mp_builtin___import__(4, args);
    nlr_pop();
    return 0;
}

// Not inlined: its variables have to lie below the top of the stack that the collector knows.
static MP_NOINLINE int run(int argc, char **argv) {
    const char *module = "ezvpn.__main__";
    if (argc > 1 && strcmp(argv[1], "-m") == 0) {
        if (argc < 3) {
            fputs("ezvpn: -m needs the name of a module\n", stderr);
            return EXIT_USAGE;
        }
        module = argv[2];
        argc -= 2;
        argv += 2;
    }
    size_t size = heap_bytes();
    if (size == 0) {
        fprintf(stderr, "ezvpn: EZVPN_HEAP_KB is a number of KiB from %d to %d\n", HEAP_KB_LEAST, HEAP_KB_MOST);
        return EXIT_USAGE;
    }
    char *heap = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (heap == MAP_FAILED) {
        fprintf(stderr, "ezvpn: no %lu KiB of memory for the heap: set EZVPN_HEAP_KB lower\n", (unsigned long)(size / 1024));
        return 1;
    }
    ezvpn_heap = heap;
    ezvpn_heap_bytes = size;
    ezvpn_unpack_names();
    gc_init(heap, heap + size);
    madvise(heap, size, MADV_DONTNEED); // it has written zeros over zeros; those need no memory
    mp_init();
    mount_files();
    fill_path();
    fill_argv(argc, argv);
    listen_to_signals();
    int code = run_module(module);
    mp_deinit();
    return code;
}

int main(int argc, char **argv) {
    mp_cstack_init_with_sp_here(STACK_BYTES);
    return run(argc, argv);
}

// Called by an exception that nobody catches: only a fault of the interpreter itself gets here.
NORETURN void nlr_jump_fail(void *value);
void nlr_jump_fail(void *value) {
    fprintf(stderr, "ezvpn: fault of the interpreter: uncaught exception at %p\n", value);
    exit(1);
}
