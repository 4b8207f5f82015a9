// SPDX-License-Identifier: Apache-2.0
// The kinds of MPI error.

extension MPIError {
    /// The kind of an ``MPIError``: one of MPI's error classes, or one of this library's own.
    public struct Code: Sendable, Hashable, Codable {
        /// MPI's error class (positive, as in `mpi.h`), or a negative number for this library's own kinds.
        public let rawValue: Int32

        /// Makes a code from MPI's error class.
        public init(errorClass: Int32) {
            rawValue = errorClass
        }

        private init(own rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The operation was called on another thread than the communicator's MPI thread.
        public static let wrongThread = Code(own: -1)
        /// The communicator was abandoned: the gang ended while, or before, the operation ran.
        public static let abandoned = Code(own: -2)
        /// The Swift task that called the operation was cancelled; the communicator is abandoned by it.
        public static let cancelled = Code(own: -3)
        /// MPI was not initialised yet.
        public static let notInitialized = Code(own: -4)
        /// MPI was finalised, or the communicator was closed.
        public static let closed = Code(own: -5)
        /// An argument has a value that the operation does not allow.
        public static let invalidArgument = Code(own: -6)
        /// The bytes that came are not a whole number of the elements that were asked for.
        public static let typeMismatch = Code(own: -7)
        /// The element type cannot be reduced by the operation.
        public static let unsupportedReduction = Code(own: -8)
        /// Another rank could not encode the value that this rank waits for.
        public static let peerFailedToEncode = Code(own: -9)
        /// A message was longer than the buffer that was to receive it (`MPI_ERR_TRUNCATE`).
        public static let truncate = Code(errorClass: 15)
        /// A count does not fit (`MPI_ERR_COUNT`).
        public static let count = Code(errorClass: 2)
        /// A communicator is not valid (`MPI_ERR_COMM`).
        public static let communicator = Code(errorClass: 5)
        /// A rank is not valid (`MPI_ERR_RANK`).
        public static let rank = Code(errorClass: 6)
        /// An error inside the MPI library (`MPI_ERR_INTERN`).
        public static let `internal` = Code(errorClass: 17)
    }
}

extension MPIError.Code: CustomStringConvertible {
    /// The code's name; the number of MPI's class where it has no name here.
    public var description: String {
        switch self {
        case .wrongThread: "wrongThread"
        case .abandoned: "abandoned"
        case .cancelled: "cancelled"
        case .notInitialized: "notInitialized"
        case .closed: "closed"
        case .invalidArgument: "invalidArgument"
        case .typeMismatch: "typeMismatch"
        case .unsupportedReduction: "unsupportedReduction"
        case .peerFailedToEncode: "peerFailedToEncode"
        case .truncate: "truncate"
        case .count: "count"
        case .communicator: "communicator"
        case .rank: "rank"
        case .internal: "internal"
        default: "MPI error class \(rawValue)"
        }
    }
}
