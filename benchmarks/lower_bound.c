/* Write the files of a packed site into FOLDER; lower_bound.py measures it.
 *
 *     lower-bound PACKED FOLDER
 *
 * PACKED is a sequence of entries: the length of the path and of the content (-1 for a folder) as
 * 64-bit integers, then the path with a final zero byte, then the content.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void write_file(const char *path, const char *content, int64_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        fail(path);
    while (size > 0) {
        ssize_t written = write(file, content, (size_t)size);
        if (written < 0)
            fail(path);
        content += written;
        size -= written;
    }
    if (close(file) < 0)
        fail(path);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: lower-bound PACKED FOLDER\n");
        return 2;
    }
    int packed = open(arguments[1], O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (packed < 0 || fstat(packed, &status) < 0)
        fail(arguments[1]);
    const char *entry = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, packed, 0);
    if (entry == MAP_FAILED)
        fail(arguments[1]);
    if (chdir(arguments[2]) < 0)
        fail(arguments[2]);
    const char *end = entry + status.st_size;
    while (entry < end) {
        int64_t lengths[2];
        memcpy(lengths, entry, sizeof lengths);
        const char *path = entry + sizeof lengths;
        const char *content = path + lengths[0];
        entry = content;
        if (lengths[1] < 0) {
            if (mkdir(path, 0755) < 0)
                fail(path);
            continue;
        }
        write_file(path, content, lengths[1]);
        entry = content + lengths[1];
    }
    return 0;
}
