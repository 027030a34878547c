/** What any AWS client needs to talk to a stand-in on loopback; neither key opens anything. */
export const LOCAL_AWS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
