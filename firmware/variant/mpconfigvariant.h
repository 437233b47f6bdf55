// What the interpreter of the device binary can do: all that the agent and its tests use, and nothing else.
//
// The level is that of MicroPython's "extra features", because the dual code is tested on such builds; below is what differs.
// Sources compiled elsewhere come in frozen or as .mpy, so there is no compiler, no prompt and no editor here.

#define MICROPY_CONFIG_ROM_LEVEL            (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// No source code at run time.
#define MICROPY_ENABLE_COMPILER             (0)
#define MICROPY_PERSISTENT_CODE_LOAD        (1)
#define MICROPY_PY_BUILTINS_EVAL_EXEC       (0)
#define MICROPY_PY_BUILTINS_EXECFILE        (0)
#define MICROPY_PY_BUILTINS_COMPILE         (0)
#define MICROPY_PY_BUILTINS_CODE            (MICROPY_PY_BUILTINS_CODE_NONE)
#define MICROPY_PY_BUILTINS_INPUT           (0)
#define MICROPY_PY_BUILTINS_HELP            (0)
#define MICROPY_HELPER_REPL                 (0)
#define MICROPY_REPL_EVENT_DRIVEN           (0)
#define MICROPY_PY_SYS_PS1_PS2              (0)
#define MICROPY_EMIT_X64                    (0)
#define MICROPY_EMIT_X86                    (0)
#define MICROPY_EMIT_THUMB                  (0)
#define MICROPY_EMIT_ARM                    (0)
#define MICROPY_EMIT_INLINE_THUMB           (0)
#define MICROPY_PY_SYS_SETTRACE             (0)

// Frozen modules only, unless MICROPYPATH says otherwise (port/main.c).
#define MICROPY_PY_SYS_PATH_DEFAULT         ".frozen"

// Of the collector's list of what is still to be marked. Where it overflows, the whole heap is looked through instead.
#define MICROPY_GC_STACK_ENTRY_TYPE         uint32_t
#define MICROPY_ALLOC_GC_STACK_SIZE         (1024)

#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE   (512)

#define mp_builtin___import__               ezvpn_import // port/import.c

// A signal is seen between two bytecodes, never in the middle of an allocation.
#define MICROPY_ASYNC_KBD_INTR              (0)
#define MICROPY_KBD_EXCEPTION               (1)

// The agent counts in integers, and small routers have no FPU.
#define MICROPY_FLOAT_IMPL                  (MICROPY_FLOAT_IMPL_NONE)
#define MICROPY_PY_MATH                     (0)
#define MICROPY_PY_CMATH                    (0)
#define MICROPY_LONGINT_IMPL                (MICROPY_LONGINT_IMPL_MPZ)

#define MICROPY_STREAMS_POSIX_API           (1)
#define MICROPY_OPT_COMPUTED_GOTO           (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#define MICROPY_ERROR_REPORTING             (MICROPY_ERROR_REPORTING_NORMAL)
#define MICROPY_ENABLE_DOC_STRING           (0)
#define MICROPY_WARNINGS                    (0)

#define MICROPY_PY_SYS_EXC_INFO             (0)
#define MICROPY_PY_SYS_STDFILES             (1)
#define MICROPY_PY_OS_INCLUDEFILE           "ports/unix/modos.c"
#define MICROPY_PY_OS_ERRNO                 (1)
#define MICROPY_PY_OS_GETENV_PUTENV_UNSETENV (1)
#define MICROPY_PY_OS_SYSTEM                (1)
#define MICROPY_PY_OS_URANDOM               (1)
#define MICROPY_PY_OS_DUPTERM               (0)
#define MICROPY_PY_TIME                     (1)
#define MICROPY_PY_TIME_TIME_TIME_NS        (1)
#define MICROPY_PY_TIME_CUSTOM_SLEEP        (1)
#define MICROPY_PY_TIME_INCLUDEFILE         "ports/unix/modtime.c"
#define MICROPY_PY_SELECT_POSIX_OPTIMISATIONS (1)
#define MICROPY_PY_SELECT_SELECT            (0)
#define MICROPY_PY_HASHLIB_MD5              (1)
#define MICROPY_PY_HASHLIB_SHA1             (1)
#define MICROPY_PY_CRYPTOLIB                (1)

#define MICROPY_PY_DESCRIPTORS              (0)

// Modules that no module of the agent or of the MQTT client imports.
#define MICROPY_PY_ASYNCIO                  (0)
#ifndef MICROPY_PY_DEFLATE
#define MICROPY_PY_DEFLATE                  (0)
#endif
#define MICROPY_PY_FRAMEBUF                 (0)
#define MICROPY_PY_HEAPQ                    (0)
#define MICROPY_PY_MACHINE                  (0)
#define MICROPY_PY_PLATFORM                 (0)
#define MICROPY_PY_RANDOM                   (0)
#define MICROPY_PY_RE                       (0)
#define MICROPY_PY_UCTYPES                  (0)
#define MICROPY_PY_WEBSOCKET                (0)
#define MICROPY_PY_WEBREPL                  (0)
#define MICROPY_PY_LWIP                     (0)

// The makefile turns both on for every manifest; frozen sources would need the compiler.
#undef MICROPY_MODULE_FROZEN_STR
#define MICROPY_MODULE_FROZEN_STR           (0)
