/** The doors as people call them. */
export const doorTitles = { nfs: 'NFS', smb: 'SMB', s3: 'S3', swift: 'Swift' } as const;
