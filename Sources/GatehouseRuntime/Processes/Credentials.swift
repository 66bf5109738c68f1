import CGatehouse

/// A user and a group of the system, which a process that runs as root can become.
package struct Credentials: Sendable, Hashable {
    package let userName: String
    package let user: UInt32
    package let group: UInt32

    /// Looks names up in the system's tables. Without a group, the user's own is taken. Throws `ENOENT` for an unknown name.
    package init(user name: String, group groupName: String? = nil) throws(SystemError) {
        var foundUser: UInt32 = 0
        var foundGroup: UInt32 = 0
        // All live for the call.
        _ = try SystemError.check(unsafe gatehouse_find_user(name, &foundUser, &foundGroup), "getpwnam")
        if let groupName { _ = try SystemError.check(unsafe gatehouse_find_group(groupName, &foundGroup), "getgrnam") }
        userName = name
        user = foundUser
        group = foundGroup
    }

    /// Gives up all other rights, for good: sets the group, the supplementary groups, and the user.
    package func assume() throws(SystemError) {
        // The name lives for the call.
        _ = try SystemError.check(unsafe gatehouse_become(userName, user, group), "setuid")
    }
}
