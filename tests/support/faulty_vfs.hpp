// A disk that fails: a SQLite VFS in front of the real one, which counts the operations of one kind and fails the Nth.
// It never syncs, because these tests end at most the process. It is SQLite's default VFS for as long as it exists.
// Thread: any; arm and disarm between two operations.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>

namespace notifyd::testing {

enum class DiskFault : std::uint8_t {
    write_error,   // EIO on writing and truncating files
    full,          // ENOSPC on writing
    no_growth,     // ENOSPC on writing beyond the end of a file; existing data can be overwritten
    short_write,   // half is written, then EIO
    sync_error,    // EIO on syncing
    open_error,    // EIO on opening
    read_error,    // EIO on reading
    silent_write,  // half is written and success reported: no server can notice, but a checker must
    none,
};

class FaultyVfs {
  public:
    FaultyVfs() {
        real() = sqlite3_vfs_find("unix");
        vfs_ = *real();
        vfs_.zName = "faulty";
        vfs_.pNext = nullptr;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
        vfs_.pAppData = this;
        vfs_.xOpen = &FaultyVfs::open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~FaultyVfs() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real(), 1);
    }
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    // Fails the `nth` operation from now on, or that one and all later ones, on files whose path contains `part`.
    void arm(DiskFault fault, std::uint64_t nth, bool sticky, std::string part = "") {
        disarm();
        part_ = std::move(part);
        nth_ = nth;
        sticky_ = sticky;
        count_ = 0;
        failed_ = 0;
        fault_ = fault;
    }
    void disarm() { fault_ = DiskFault::none; }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }

  private:
    // SQLite's file object: ours, followed by the real one.
    struct File {
        sqlite3_file base;
        FaultyVfs* vfs;
        bool counted;
        sqlite3_file* real_file() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };

    static sqlite3_vfs*& real() {
        static sqlite3_vfs* vfs = nullptr;
        return vfs;
    }

    // Whether this operation, which `fault` concerns, is to fail.
    bool fails(DiskFault fault, bool counted) {
        if (!counted || fault_ != fault) return false;
        const std::uint64_t now = ++count_;
        const bool hit = sticky_ ? now >= nth_ : now == nth_;
        if (hit) ++failed_;
        return hit;
    }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
        auto& self = *static_cast<FaultyVfs*>(vfs->pAppData);
        auto& ours = *reinterpret_cast<File*>(file);
        ours.base.pMethods = nullptr;
        ours.vfs = &self;
        ours.counted = name != nullptr && std::strstr(name, self.part_.c_str()) != nullptr;
        if (self.fails(DiskFault::open_error, ours.counted)) return SQLITE_CANTOPEN;
        const int code = real()->xOpen(real(), name, ours.real_file(), flags, flags_out);
        if (ours.real_file()->pMethods != nullptr) ours.base.pMethods = &methods;
        return code;
    }

    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static sqlite3_file* inner(sqlite3_file* file) { return of(file).real_file(); }

    static int close(sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); }

    static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
        if (of(file).vfs->fails(DiskFault::read_error, of(file).counted)) return SQLITE_IOERR_READ;
        return inner(file)->pMethods->xRead(inner(file), out, size, at);
    }

    static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
        FaultyVfs& self = *of(file).vfs;
        const bool counted = of(file).counted;
        const auto half = [&] { return inner(file)->pMethods->xWrite(inner(file), data, size / 2, at); };
        if (self.fails(DiskFault::write_error, counted)) return SQLITE_IOERR_WRITE;
        if (self.fails(DiskFault::full, counted)) return SQLITE_FULL;
        sqlite3_int64 bytes = 0;
        const bool grows = self.fault_ == DiskFault::no_growth &&
                           inner(file)->pMethods->xFileSize(inner(file), &bytes) == SQLITE_OK && at + size > bytes;
        if (grows && self.fails(DiskFault::no_growth, counted)) return SQLITE_FULL;
        if (self.fails(DiskFault::silent_write, counted)) return half();
        if (self.fails(DiskFault::short_write, counted)) {
            half();
            return SQLITE_IOERR_WRITE;
        }
        return inner(file)->pMethods->xWrite(inner(file), data, size, at);
    }

    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        if (of(file).vfs->fails(DiskFault::write_error, of(file).counted)) return SQLITE_IOERR_TRUNCATE;
        return inner(file)->pMethods->xTruncate(inner(file), size);
    }

    static int sync(sqlite3_file* file, int) {
        return of(file).vfs->fails(DiskFault::sync_error, of(file).counted) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    }

    // Everything else is passed on.
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        return inner(file)->pMethods->xFileSize(inner(file), size);
    }
    static int lock(sqlite3_file* file, int level) { return inner(file)->pMethods->xLock(inner(file), level); }
    static int unlock(sqlite3_file* file, int level) { return inner(file)->pMethods->xUnlock(inner(file), level); }
    static int check_lock(sqlite3_file* file, int* out) {
        return inner(file)->pMethods->xCheckReservedLock(inner(file), out);
    }
    static int control(sqlite3_file* file, int what, void* argument) {
        return inner(file)->pMethods->xFileControl(inner(file), what, argument);
    }
    static int sector_size(sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); }
    static int characteristics(sqlite3_file* file) {
        return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
    }
    static int map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, out);
    }
    static int shm_lock(sqlite3_file* file, int at, int count, int flags) {
        return inner(file)->pMethods->xShmLock(inner(file), at, count, flags);
    }
    static void barrier(sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); }
    static int unmap(sqlite3_file* file, int remove) { return inner(file)->pMethods->xShmUnmap(inner(file), remove); }

    static constexpr sqlite3_io_methods methods{2,
                                                close,
                                                read,
                                                write,
                                                truncate,
                                                sync,
                                                file_size,
                                                lock,
                                                unlock,
                                                check_lock,
                                                control,
                                                sector_size,
                                                characteristics,
                                                map,
                                                shm_lock,
                                                barrier,
                                                unmap,
                                                nullptr,
                                                nullptr};

    sqlite3_vfs vfs_{};
    std::string part_;
    std::atomic<DiskFault> fault_{DiskFault::none};
    std::atomic<std::uint64_t> nth_{0};
    std::atomic<bool> sticky_{false};
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> failed_{0};
};

}  // namespace notifyd::testing
