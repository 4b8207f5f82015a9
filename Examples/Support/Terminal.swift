// SPDX-License-Identifier: Apache-2.0
// What is known about the terminal that somebody may be looking at.

import Foundation

/// Standard error, where progress is shown.
///
/// Progress goes there and only there, so that standard output holds nothing but the result.
package enum Terminal {
    /// Whether somebody can see progress.
    package static let showsProgress = isatty(STDERR_FILENO) == 1

    /// The width of the terminal in characters; 80 where it does not tell.
    package static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Puts text in the place of the line that the cursor is in, cut to the terminal's width.
    package static func replaceLine(with text: String) {
        write("\r\u{1B}[K" + text.prefix(max(width - 1, 0)))
    }

    /// Writes text to standard error.
    package static func write(_ text: String) {
        // A stream that somebody closed can't be told about it.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
