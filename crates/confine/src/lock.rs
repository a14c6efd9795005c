//! A worker locks itself in. Each bound is asked for by itself: what a kernel does not give is missing from
//! [`InForce`], and `noroshi doctor` says so.

use serde::{Deserialize, Serialize};

use crate::Limits;

/// Which bounds are in force in a worker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// The system bounds memory, open files, file sizes and core dumps.
    pub resource_limits: bool,
    /// System calls beyond reading and writing the socket and taking memory are refused (seccomp).
    pub system_calls: bool,
    /// No file can be opened, and no TCP connection made (Landlock): `full`, `partly`, or empty for not at all.
    pub landlock: String,
}

impl InForce {
    /// True if a worker can reach neither files nor network on this machine.
    pub fn is_confined(&self) -> bool {
        self.system_calls || self.landlock == "full"
    }
}

/// Locks the calling process in, for good.
pub(crate) fn lock(limits: &Limits) -> InForce {
    InForce {
        resource_limits: resource_limits(limits),
        // Landlock first: the filter leaves no way to ask for it afterwards.
        landlock: landlock(),
        system_calls: system_calls(),
    }
}

/// Lets the process work for `seconds` more; the kernel ends it if it works longer.
pub(crate) fn allow_cpu(seconds: u64) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
        let until = u64::try_from(used).unwrap_or(0) + seconds + 1;
        let maximum = getrlimit(Resource::Cpu).maximum;
        let current = Some(maximum.map_or(until, |most| most.min(until)));
        // The parent's clock is the second bound.
        let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum });
    }
    #[cfg(not(unix))]
    let _ = seconds;
}

#[cfg(unix)]
fn resource_limits(limits: &Limits) -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let set = |resource, most: u64| {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).is_ok()
    };
    let files = set(Resource::Nofile, 16) & set(Resource::Fsize, 0) & set(Resource::Core, 0);
    files & set(Resource::Data, limits.memory)
}

#[cfg(not(unix))]
fn resource_limits(_: &Limits) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn landlock() -> String {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    };
    let restricted = || -> Result<RulesetStatus, landlock::RulesetError> {
        let abi = ABI::V4;
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .create()?;
        // No rule at all: everything that is handled is refused.
        Ok(ruleset.restrict_self()?.ruleset)
    };
    match restricted() {
        Ok(RulesetStatus::FullyEnforced) => "full".to_owned(),
        Ok(RulesetStatus::PartiallyEnforced) => "partly".to_owned(),
        Ok(RulesetStatus::NotEnforced) | Err(_) => String::new(),
    }
}

#[cfg(not(target_os = "linux"))]
fn landlock() -> String {
    String::new()
}

/// What a parser needs of the kernel: the socket it has, memory, its own clock, random numbers for hash tables, and to
/// end. No call that names a file, a socket, a process or a program is among them.
#[cfg(target_os = "linux")]
const CALLS: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_close,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_prlimit64,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_sched_yield,
    libc::SYS_restart_syscall,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

#[cfg(target_os = "linux")]
fn system_calls() -> bool {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return false };
    // An empty list of rules allows a call whatever its arguments.
    let rules = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let program = SeccompFilter::new(rules, refused, SeccompAction::Allow, arch)
        .ok()
        .and_then(|filter| BpfProgram::try_from(filter).ok());
    program.is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn system_calls() -> bool {
    false
}
