package local.s3;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;

/**
 * Spark's file system for s3://, s3a:// and s3n://. It asks the gateway (gateway.py) for objects, which are local files.
 *
 * As in S3, an object appears when its stream is closed, and there are no folders: a new folder is only remembered.
 * What Spark writes for its own use until a job commits, below _temporary and .spark-staging-*, stays on the disk.
 *
 * Janino, the compiler in Spark, compiles this file. It knows no lambdas and no generic methods.
 */
public class S3FileSystem extends FileSystem {
    private static final Set MADE_FOLDERS = ConcurrentHashMap.newKeySet();
    private static final int BUFFER = 1 << 16;

    private URI uri;
    private Path workingDirectory;
    private String gateway;
    private File scratch;
    private RawLocalFileSystem disk;

    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        setConf(conf);
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
        workingDirectory = new Path(uri.toString() + "/");
        gateway = conf.get("fs.s3.gateway");
        scratch = new File(conf.get("fs.s3.gateway.scratch"));
        disk = new RawLocalFileSystem();
        disk.initialize(URI.create("file:///"), conf);
    }

    public String getScheme() {
        return uri.getScheme();
    }

    public URI getUri() {
        return uri;
    }

    public Path getWorkingDirectory() {
        return workingDirectory;
    }

    public void setWorkingDirectory(Path path) {
        workingDirectory = path;
    }

    public long getDefaultBlockSize() {
        return 64L << 20;
    }

    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (isScratch(path)) {
            return disk.open(onDisk(path), bufferSize);
        }
        List answer = ask("GET", "open", "uri", name(path), null, null);
        return disk.open(new Path(new File((String) answer.get(0)).toURI()), bufferSize);
    }

    public FSDataOutputStream create(
        Path path, FsPermission permission, boolean overwrite, int bufferSize, short replication, long blockSize,
        Progressable progress
    ) throws IOException {
        if (isScratch(path)) {
            return disk.create(onDisk(path), overwrite, bufferSize, replication, blockSize);
        }
        FileStatus found = find(path);
        if (found != null && found.isDirectory()) {
            throw new FileAlreadyExistsException(path + " is a folder");
        }
        if (found != null && !overwrite) {
            throw new FileAlreadyExistsException(path + " exists");
        }
        File file = File.createTempFile("object-", "", scratch);
        return new FSDataOutputStream(new ObjectStream(this, path, file), statistics);
    }

    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) throws IOException {
        throw new UnsupportedOperationException("S3 cannot append to an object: " + path);
    }

    public boolean rename(Path from, Path to) throws IOException {
        FileStatus source = find(from);
        if (source == null) {
            return false;
        }
        FileStatus target = find(to);
        if (target != null && target.isDirectory()) {
            to = new Path(to, from.getName());
            target = find(to);
        }
        if (target != null && target.isFile()) {
            return false;
        }
        if (isScratch(from) && isScratch(to)) {
            onDiskFile(to).getParentFile().mkdirs();
            return onDiskFile(from).renameTo(onDiskFile(to));
        }
        move(source, to);
        delete(from, true);
        return true;
    }

    private void move(FileStatus source, Path to) throws IOException {
        if (source.isDirectory()) {
            mkdirs(to);
            FileStatus[] below = listStatus(source.getPath());
            for (int i = 0; i < below.length; i++) {
                move(below[i], new Path(to, below[i].getPath().getName()));
            }
        } else if (isScratch(source.getPath())) {
            put(to, onDiskFile(source.getPath()));
        } else {
            ask("POST", "copy", "uri", name(source.getPath()), "to", name(to));
            forgetAbove(to);
        }
    }

    public boolean delete(Path path, boolean recursive) throws IOException {
        if (isScratch(path)) {
            return disk.delete(onDisk(path), recursive);
        }
        FileStatus found = find(path);
        if (found == null) {
            return false;
        }
        if (found.isDirectory() && !recursive && listStatus(path).length > 0) {
            throw new IOException(path + " is not empty");
        }
        disk.delete(onDisk(path), true);
        forget(path);
        ask("POST", "delete", "uri", name(path), "folder", found.isDirectory() ? "1" : "0");
        return true;
    }

    public FileStatus[] listStatus(Path path) throws IOException {
        if (isScratch(path)) {
            return named(disk.listStatus(onDisk(path)), path);
        }
        FileStatus found = getFileStatus(path);
        if (found.isFile()) {
            return new FileStatus[] {found};
        }
        List answer = ask("GET", "list", "uri", name(path), null, null);
        List below = new ArrayList();
        for (int i = 0; i < answer.size(); i++) {
            String[] fields = ((String) answer.get(i)).split("\t");
            below.add(status(new Path(path, decoded(fields[1])), fields));
        }
        return (FileStatus[]) below.toArray(new FileStatus[0]);
    }

    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        if (isScratch(path)) {
            return disk.mkdirs(onDisk(path));
        }
        FileStatus found = find(path);
        if (found != null && found.isFile()) {
            throw new FileAlreadyExistsException(path + " is a file");
        }
        for (Path folder = qualified(path); folder != null && !folder.isRoot(); folder = folder.getParent()) {
            MADE_FOLDERS.add(gateway + name(folder));
        }
        return true;
    }

    public FileStatus getFileStatus(Path path) throws IOException {
        FileStatus found = find(path);
        if (found == null) {
            throw new FileNotFoundException("No such file or directory: " + path);
        }
        return found;
    }

    private FileStatus find(Path path) throws IOException {
        if (isScratch(path)) {
            if (!onDiskFile(path).exists()) {
                return null;
            }
            return named(new FileStatus[] {disk.getFileStatus(onDisk(path))}, path.getParent())[0];
        }
        List answer = ask("GET", "status", "uri", name(path), null, null);
        if (!answer.isEmpty()) {
            return status(qualified(path), ((String) answer.get(0)).split("\t"));
        }
        return path.isRoot() || MADE_FOLDERS.contains(gateway + name(path)) ? folder(qualified(path)) : null;
    }

    /** Returns the status for a line of the gateway: file or folder, name, size in bytes, time in milliseconds. */
    private FileStatus status(Path path, String[] fields) {
        if (fields[0].equals("folder")) {
            return folder(path);
        }
        long size = Long.parseLong(fields[2]);
        return new FileStatus(size, false, 1, getDefaultBlockSize(), Long.parseLong(fields[3]), qualified(path));
    }

    private FileStatus folder(Path path) {
        return new FileStatus(0, true, 1, 0, 0, qualified(path));
    }

    private FileStatus[] named(FileStatus[] found, Path parent) {
        FileStatus[] renamed = new FileStatus[found.length];
        for (int i = 0; i < found.length; i++) {
            Path path = qualified(new Path(parent, found[i].getPath().getName()));
            renamed[i] = new FileStatus(
                found[i].getLen(), found[i].isDirectory(), 1, getDefaultBlockSize(), found[i].getModificationTime(), path);
        }
        return renamed;
    }

    private void forget(Path path) {
        Object[] made = MADE_FOLDERS.toArray();
        String name = gateway + name(path);
        for (int i = 0; i < made.length; i++) {
            if (made[i].equals(name) || ((String) made[i]).startsWith(name + "/")) {
                MADE_FOLDERS.remove(made[i]);
            }
        }
    }

    /** Forgets the folders of a new object: from now on they exist as long as an object is in them. */
    private void forgetAbove(Path path) {
        for (Path folder = qualified(path).getParent(); folder != null; folder = folder.getParent()) {
            MADE_FOLDERS.remove(gateway + name(folder));
        }
    }

    private Path qualified(Path path) {
        return path.makeQualified(uri, workingDirectory);
    }

    /** Returns the location of a path, always with s3://: the three schemes are one store. */
    private String name(Path path) {
        Path full = qualified(path);
        return "s3://" + uri.getAuthority() + (full.isRoot() ? "" : full.toUri().getPath());
    }

    private static boolean isScratch(Path path) {
        for (Path part = path; part != null; part = part.getParent()) {
            if (part.getName().equals("_temporary") || part.getName().startsWith(".spark-staging")) {
                return true;
            }
        }
        return false;
    }

    private File onDiskFile(Path path) {
        return new File(scratch, name(path).substring("s3://".length()));
    }

    private Path onDisk(Path path) {
        return new Path(onDiskFile(path).toURI());
    }

    private void put(Path path, File file) throws IOException {
        ask("POST", "put", "uri", name(path), "file", file.getPath());
        forgetAbove(path);
    }

    /** Asks the gateway, and returns the lines of its answer; none for an object that does not exist. */
    private List ask(String method, String operation, String key1, String value1, String key2, String value2)
        throws IOException {
        String query = key1 + "=" + encoded(value1) + (key2 == null ? "" : "&" + key2 + "=" + encoded(value2));
        HttpURLConnection connection =
            (HttpURLConnection) new URL(gateway + "/" + operation + "?" + query).openConnection(java.net.Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        int code = connection.getResponseCode();
        InputStream stream = code < 400 ? connection.getInputStream() : connection.getErrorStream();
        List lines = new ArrayList();
        if (stream != null) {
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, "UTF-8"), BUFFER);
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            reader.close();
        }
        if (code < 400) {
            return lines;
        }
        String message = lines.isEmpty() ? "the gateway answers " + code : (String) lines.get(0);
        if (code == 403) {
            throw new AccessControlException(message);
        }
        if (code == 404) {
            throw new FileNotFoundException(message);
        }
        throw new IOException(message);
    }

    private static String encoded(String text) throws IOException {
        return URLEncoder.encode(text, "UTF-8");
    }

    private static String decoded(String text) throws IOException {
        return URLDecoder.decode(text, "UTF-8");
    }

    /** Writes a file; when it is closed, the file becomes the object. */
    private static class ObjectStream extends FilterOutputStream {
        private final S3FileSystem fileSystem;
        private final Path path;
        private final File file;
        private boolean closed;

        ObjectStream(S3FileSystem fileSystem, Path path, File file) throws IOException {
            super(new FileOutputStream(file));
            this.fileSystem = fileSystem;
            this.path = path;
            this.file = file;
        }

        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        public void close() throws IOException {
            if (!closed) {
                closed = true;
                super.close();
                fileSystem.put(path, file);
            }
        }
    }
}
