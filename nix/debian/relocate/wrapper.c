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

static long call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

enum { SYS_OPEN = 2, SYS_DUP2 = 33, SYS_EXECVE = 59, SYS_EXIT = 60 };

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
    call(SYS_DUP2, call(SYS_OPEN, (long)DIRECTORY, 0200000 /* O_DIRECTORY */, 0), 9, 0);
#endif
    call(SYS_EXECVE, (long)PROGRAM, (long)arguments, (long)variables);
    call(SYS_EXIT, 127, 0, 0);
}

__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
