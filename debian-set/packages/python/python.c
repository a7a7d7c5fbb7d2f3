/* The interpreter as a program of a few kB: Debian's own holds a second copy of
 * libpython, which uWSGI loads as well. No start files of libc: it is entered here. */

int Py_BytesMain(int, char **);
int __libc_start_main(int (*)(int, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

void start(char **stack, void (*loader_finish)(void))
{
    __libc_start_main(Py_BytesMain, *(int *)stack, stack + 1, 0, 0, loader_finish, stack);
}

#ifdef __aarch64__
__asm__(".globl _start\n_start:\n mov x1, x0\n mov x0, sp\n bl start\n");
#else
__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n mov %rdx, %rsi\n and $-16, %rsp\n call start\n");
#endif
