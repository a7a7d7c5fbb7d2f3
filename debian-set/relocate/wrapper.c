/* Starts PROGRAM with what Debian compiled a path in for: an argument (ARGUMENTS)
 * or a variable (VARIABLE) more, or a directory (DIRECTORY) open as descriptor 9.
 * A script would need a shell in the image. No libc: only system calls. */

#ifndef ARGUMENTS
#define ARGUMENTS
#endif
#ifndef VARIABLE
#define VARIABLE
#endif
#define LIMIT 4096 /* arguments and variables that fit */

#ifdef __aarch64__
enum { SYS_OPENAT = 56, SYS_DUP3 = 24, SYS_EXECVE = 221, SYS_EXIT = 93 };

static long call(long number, long a, long b, long c)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

__asm__(".globl _start\n_start:\n mov x0, sp\n bl start\n");
#else
enum { SYS_OPENAT = 257, SYS_DUP3 = 292, SYS_EXECVE = 59, SYS_EXIT = 60 };

static long call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#endif

static char *arguments[LIMIT], *variables[LIMIT];

void start(char **stack)
{
    static char *const more_arguments[] = { ARGUMENTS 0 };
    static char *const more_variables[] = { VARIABLE 0 };
    long count = (long)stack[0], used = 0, i;
    char **given = stack + 1, **environment = given + count + 1;

    arguments[used++] = PROGRAM;
    for (i = 0; more_arguments[i]; i++)
        arguments[used++] = more_arguments[i];
    for (i = 1; i < count && used < LIMIT - 1; i++)
        arguments[used++] = given[i];

    used = 0;
    for (i = 0; more_variables[i]; i++)
        variables[used++] = more_variables[i];
    for (i = 0; environment[i] && used < LIMIT - 1; i++)
        variables[used++] = environment[i];

#ifdef DIRECTORY
    call(SYS_DUP3, call(SYS_OPENAT, -1, (long)DIRECTORY, 0 /* O_RDONLY */), 9, 0);
#endif
    call(SYS_EXECVE, (long)PROGRAM, (long)arguments, (long)variables);
    call(SYS_EXIT, 127, 0, 0);
}
