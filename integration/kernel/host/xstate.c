/*
 * Loaded into linux.uml (LD_PRELOAD), so that guests boot on processors with AMX.
 *
 * UML 6.1 keeps 2,696 bytes of a process's extended registers, which is all there was up to AVX-512. With AMX there
 * are 11,008, and Linux refuses to set less than all of them: PTRACE_SETREGSET fails with EFAULT and the guest ends in
 * a panic ("ptrace set fp regs failed, errno = 14"). Here what UML does not know of is taken from the process itself.
 * The tile registers are not carried from one guest process to the next by this; a guest cannot use them anyway, for
 * that needs a permission (arch_prctl ARCH_REQ_XCOMP_PERM) that UML cannot ask for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

static long (*libc_ptrace)(enum __ptrace_request, pid_t, void *, void *);

/* Not on the stack: UML calls ptrace on the small stacks of its kernel. One thread of it traces. */
static char all[1 << 16];

__attribute__((constructor)) static void find_libc_ptrace(void)
{
	*(void **)&libc_ptrace = dlsym(RTLD_NEXT, "ptrace");
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list list;
	va_start(list, request);
	pid_t pid = va_arg(list, pid_t);
	void *address = va_arg(list, void *);
	void *data = va_arg(list, void *);
	va_end(list);

	if (request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE) {
		const struct iovec *known = data;
		struct iovec now = { all, sizeof all };
		if (libc_ptrace(PTRACE_GETREGSET, pid, address, &now) == 0 && now.iov_len > known->iov_len) {
			memcpy(all, known->iov_base, known->iov_len);
			return libc_ptrace(request, pid, address, &now);
		}
	}
	return libc_ptrace(request, pid, address, data);
}
