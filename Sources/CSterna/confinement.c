#define _GNU_SOURCE
#include "csterna.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int sterna_drop_capabilities(void)
{
    /* The bounding set and the ambient set matter to programs that are started, of which there are
     * none; emptying the first needs a privilege, and a process without it had nothing to give up. */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int capability = 0; capability < 64; capability++)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);

    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) != 0 ? -errno : 0;
}

/* ---- Landlock ---- */

/* The kernel's structures and values; the C library of a build may be older than the kernel. */
enum { call_create_ruleset = 444, call_add_rule = 445, call_restrict_self = 446 };
enum { version_query = 1, rule_path_beneath = 1 };

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scope;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static const uint64_t read_file = UINT64_C(1) << 2;

/* Everything that this version of Landlock can forbid. */
static struct ruleset everything(long version)
{
    struct ruleset all = {.files = (UINT64_C(1) << 13) - 1};
    if (version >= 2)
        all.files |= UINT64_C(1) << 13; /* moving between folders */
    if (version >= 3)
        all.files |= UINT64_C(1) << 14; /* cutting short */
    if (version >= 4)
        all.network = 3; /* binding and connecting, TCP */
    if (version >= 5)
        all.files |= UINT64_C(1) << 15; /* control of devices */
    if (version >= 6)
        all.scope = 3; /* abstract Unix sockets and signals, beyond this process */
    return all;
}

int sterna_restrict_files(int folder)
{
    long version = syscall(call_create_ruleset, NULL, 0, version_query);
    if (version < 0)
        return -errno;

    struct ruleset all = everything(version);
    size_t size = version >= 6 ? sizeof all : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int rules = (int)syscall(call_create_ruleset, &all, size, 0);
    if (rules < 0)
        return -errno;

    struct path_beneath reading = {.allowed = read_file, .parent = folder};
    int failure = 0;
    if (syscall(call_add_rule, rules, rule_path_beneath, &reading, 0) != 0
        || syscall(call_restrict_self, rules, 0) != 0)
        failure = -errno;
    close(rules);
    return failure ? failure : (int)version;
}
