/// nginx's `expires`: which `Expires` and `Cache-Control` a response gets.
package enum ExpiresRule: Sendable, Equatable {
    case off
    /// The first second of 1970, and `no-cache`.
    case epoch
    /// The end of 2037, and ten years.
    case max
    /// Seconds from the response on; below zero is `no-cache`.
    case afterAccess(Int)
    /// Seconds from the last modification on; without one, from the response on.
    case afterModification(Int)
    /// At this second of the day, local time.
    case daily(Int)

    package enum CacheControl: Sendable, Equatable {
        case noCache
        case maxAge(Int)

        package var text: String {
            switch self {
            case .noCache: "no-cache"
            case .maxAge(let seconds): "max-age=\(seconds)"
            }
        }
    }

    package struct Fields: Sendable, Equatable {
        /// The date of `Expires`, in seconds since 1970.
        package var expires: Int
        package var cacheControl: CacheControl

        package init(expires: Int, cacheControl: CacheControl) {
            self.expires = expires
            self.cacheControl = cacheControl
        }
    }

    /// The statuses that `expires`, and `add_header` without `always`, apply to.
    package static func applies(to status: Int) -> Bool {
        switch status {
        case 200, 201, 204, 206, 301, 302, 303, 304, 307, 308: true
        default: false
        }
    }

    /// - Parameters:
    ///   - now: seconds since 1970, like `lastModified`.
    ///   - offset: seconds by which local time is ahead of UTC.
    /// - Returns: `nil` where the response stays as it is.
    package func fields(now: Int, lastModified: Int?, offset: Int = 0) -> Fields? {
        switch self {
        case .off:
            return nil
        case .epoch:
            return Fields(expires: 1, cacheControl: .noCache)
        case .max:
            return Fields(expires: 2_145_916_555, cacheControl: .maxAge(315_360_000))
        case .afterAccess(0), .afterModification(0):
            return Fields(expires: now, cacheControl: .maxAge(0))
        case .afterAccess(let seconds):
            return fields(at: now + seconds, now: now, isNegative: seconds < 0)
        case .afterModification(let seconds):
            return fields(at: (lastModified ?? now) + seconds, now: now, isNegative: seconds < 0)
        case .daily(let second):
            let midnight = now - (((now + offset) % 86400) + 86400) % 86400
            let today = midnight + second
            return fields(at: today > now ? today : today + 86400, now: now, isNegative: false)
        }
    }

    private func fields(at date: Int, now: Int, isNegative: Bool) -> Fields {
        Fields(expires: date, cacheControl: isNegative || date < now ? .noCache : .maxAge(date - now))
    }
}
