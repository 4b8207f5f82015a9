// SPDX-License-Identifier: Apache-2.0
// Errors made from the codes that MPI calls return.

internal import CMPI

extension MPIError {
    /// The error class of an MPI error code; several codes may share one class (MPI 3.1 §8.4).
    package static func errorClass(of code: Int32) -> Code {
        var errorClass: Int32 = 0
        guard CMPI_error_class(code, &errorClass) == MPI_SUCCESS else { return .internal }
        return Code(errorClass: errorClass)
    }

    /// What the MPI library says about one of its error codes.
    package static func text(of code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_ERROR_STRING)) { buffer in
            buffer.initialize(repeating: 0)
            // Safe: the buffer was allocated with a capacity above zero, so it has a base address.
            let start = buffer.baseAddress!
            guard CMPI_error_string(code, start, Int32(buffer.count)) == MPI_SUCCESS else { return "code \(code)" }
            return String(cString: start)
        }
    }

    /// Throws where a call that belongs to no communicator returned an error.
    static func check(_ code: Int32, _ operation: String) throws(MPIError) {
        guard code != MPI_SUCCESS else { return }
        throw MPIError(
            errorClass(of: code), "the MPI library refused the call", operation: operation, libraryText: text(of: code))
    }
}
