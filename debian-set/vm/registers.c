/* Loaded into Debian's user-mode Linux, which reads and writes a process's registers at
 * each of its system calls: 2,696 bytes.
 *
 * Where the processor has more (AMX), the host's kernel refuses to write so few. It
 * gets as many as it wants; the rest is 0, which says that they were never in use.
 *
 * Mostly a process gets back what was just read. That is not written, which is slow. */

struct iovec {
    void *base;
    unsigned long length;
};

void *dlsym(void *handle, const char *symbol);
void *memcpy(void *to, const void *from, unsigned long length);
int memcmp(const void *one, const void *other, unsigned long length);

#define RTLD_NEXT ((void *)-1L)
#define NT_X86_XSTATE ((void *)0x202)

enum {
    PTRACE_GETREGS = 12,
    PTRACE_SETREGS = 13,
    PTRACE_GETSIGINFO = 0x4202,
    PTRACE_GETREGSET = 0x4204,
    PTRACE_SETREGSET = 0x4205
};

static long (*next)(long, long, void *, void *);

/* What the process has while it stands still. */
static char known[4096];
static long owner;

static long get(long process, struct iovec *registers)
{
    long result = next(PTRACE_GETREGSET, process, NT_X86_XSTATE, registers);

    owner = 0;
    if (result == 0 && registers->length <= sizeof known) {
        memcpy(known, registers->base, registers->length);
        owner = process;
    }
    return result;
}

static long set(long process, struct iovec *registers)
{
    static char all[65536];
    struct iovec whole = {all, sizeof all};

    if (owner == process && memcmp(known, registers->base, registers->length) == 0)
        return 0;
    owner = 0;
    memcpy(all, registers->base, registers->length);
    return next(PTRACE_SETREGSET, process, NT_X86_XSTATE, &whole);
}

long ptrace(long request, long process, void *address, void *data)
{
    if (!next)
        next = dlsym(RTLD_NEXT, "ptrace");
    if (address == NT_X86_XSTATE && request == PTRACE_GETREGSET)
        return get(process, data);
    if (address == NT_X86_XSTATE && request == PTRACE_SETREGSET)
        return set(process, data);
    /* Any other request may let it run. */
    if (request != PTRACE_GETREGS && request != PTRACE_SETREGS
        && request != PTRACE_GETSIGINFO)
        owner = 0;
    return next(request, process, address, data);
}
