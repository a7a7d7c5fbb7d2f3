/* Loaded into Debian's user-mode Linux, which hands the host's kernel 2,696 bytes of a
 * process's registers. Where the processor has more (AMX), the host refuses so few; it
 * gets as many as it wants. The rest is 0, which says that they were never in use. */

struct iovec {
    void *base;
    unsigned long length;
};

void *dlsym(void *handle, const char *symbol);
void *memcpy(void *to, const void *from, unsigned long length);

#define RTLD_NEXT ((void *)-1L)
#define PTRACE_SETREGSET 0x4205
#define NT_X86_XSTATE ((void *)0x202)

long ptrace(long request, long process, void *address, void *data)
{
    static char registers[65536];
    static long (*next)(long, long, void *, void *);
    struct iovec *few = data, all = {registers, sizeof registers};

    if (!next)
        next = dlsym(RTLD_NEXT, "ptrace");
    if (request != PTRACE_SETREGSET || address != NT_X86_XSTATE)
        return next(request, process, address, data);
    memcpy(registers, few->base, few->length);
    return next(request, process, address, &all);
}
